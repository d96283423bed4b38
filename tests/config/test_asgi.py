"""The web process carries out a request in one go."""

from inspect import iscoroutinefunction


def test_no_middleware_leaves_the_thread_of_the_database() -> None:
    from regulars.config.asgi import pages

    assert not iscoroutinefunction(pages._middleware_chain)
    assert not any(map(iscoroutinefunction, pages._view_middleware))
