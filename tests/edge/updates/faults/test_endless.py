"""A server that sends without an end is given up, for metadata and for models."""

import resource

import pytest

from tests.edge.updates.faults import endless

ALLOWED = "bytes that are allowed"
BROKEN = "the connection broke off, or is not HTTP"
ANSWERS = {
    endless.without_end: ALLOWED,
    endless.long_as_promised: ALLOWED,
    endless.chunked: ALLOWED,
    endless.one_chunk: ALLOWED,
    endless.headers: BROKEN,
    endless.long_header: BROKEN,
    endless.no_http: BROKEN,
    endless.redirect_loop: "its redirects lead nowhere",
    endless.redirects: "its redirects lead nowhere",
    endless.endless_redirect: "404",
    endless.endless_error: "the server has a problem (500)",
    endless.bomb: "it is compressed (gzip)",
}


@pytest.mark.parametrize(("answer", "words"), ANSWERS.items())
def test_what_has_no_end_is_given_up(tester, path, answer, words):
    if answer == endless.endless_redirect and path.endswith("root.json"):
        pytest.skip("a root that is not there is no fault")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tester.web.answers[path] = answer
    if answer == endless.redirects:
        tester.web.answers["*"] = answer
        words, path = "its redirects lead nowhere", "http"
    tester.is_refused(words, path.rpartition("/")[2], keeps=("root",))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40_000  # kilobytes, of which the bomb would take a hundred thousand
    tester.recovers("2027-01", b"new", 4)


def test_a_compressed_repository_is_told(tester, path):
    content = tester.publisher.files.get(path, b"{}")
    tester.web.answers[path] = endless.compressed(content)
    tester.is_refused("it is compressed (gzip)", "let the server send it as it is", keeps=("root",))
    tester.recovers("2027-01", b"new", 4)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_that_breaks_off_is_told(tester, path, chunked):
    content = tester.publisher.files.get(path, b"{} ")
    tester.web.answers[path] = endless.broken_off(content, chunked=chunked)
    tester.is_refused("the connection broke off", "try again later", keeps=("root",))
    tester.recovers("2027-01", b"new", 4)
