"""Prize draws and quizzes: a public form, one entry a person, and a drawing that anybody can check.

``fair`` is the arithmetic of it, ``actions`` make, open and draw, ``entering`` takes in what somebody filled in.
"""
