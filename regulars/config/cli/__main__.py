"""``python -m regulars.config.cli``."""

import sys

from regulars.config.cli import main

sys.exit(main())
