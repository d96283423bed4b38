"""Background work on several machines: tasks and messages go through a RabbitMQ queue to Celery workers.

Chosen by ``REGULARS_BROKER_URL``. The database stays the truth: a task is a row, written in the transaction that asks for it,
and a message is one too; the queue carries their numbers only. So nothing is lost when the broker is: ``dispatch`` finds what
waits and sends its number again, and whoever gets a number twice does the work once.

``queue`` is Celery's application with both kinds of work, ``backend`` what Django's tasks use, ``dispatch`` runs beside the worker.
"""
