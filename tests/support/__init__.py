"""What tests in several rooms share: a closed network, a browser, people to sign in."""
