"""The public API: everything the screens do, at ``/api/v1/``, for programs that hold a token.

``door`` lets a request in (bounded, without cookies or sessions), ``identity`` knows whose token it is, ``routers`` has one file
a context, each calling the same actions as the screens; lists follow from ``web.resources``. Every error is a problem (RFC 9457).
"""
