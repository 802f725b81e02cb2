"""One benchmark: the answers are compared, then all run in turn, A B C A B C, so that a slow minute meets all."""

import json
from functools import partial

from benchmarks.load import Load, Measure, ask, drive, repeated
from benchmarks.plan import Benchmark
from benchmarks.site import Site

WARM_UP = 2  # seconds, at most
# By how much the body of a booking can differ from another's, whose numbers have more digits.
DIGITS = 24

Results = dict[str, list[Measure]]


def race(site: Site, benchmark: Benchmark, rounds: int, seconds: int) -> Results:
    """The measures of each round, by who was measured. Raises RuntimeError when an answer is wrong."""
    lengths = compare(site, benchmark)
    runners = {
        name: partial(drive, site, name, load_of(site, benchmark, name, length)) for name, length in lengths.items()
    }
    runners |= {name: partial(run, site) for name, run in benchmark.also.items()}
    results: Results = {name: [] for name in runners}
    for number in range(rounds + 1):
        for name, run in runners.items():
            if benchmark.writes:
                site.reset()
            measure = run(seconds if number else min(seconds, WARM_UP))
            if number:
                results[name].append(measure)
    if benchmark.writes:
        site.reset()
    return results


def compare(site: Site, benchmark: Benchmark) -> dict[str, int]:
    """How long each server's first answer is, when all of them are the same. Raises RuntimeError."""
    requests = benchmark.requests(site.cinema)
    if benchmark.writes:
        requests = requests[:1] * 2  # what was sold is not sold again
    lengths, expected = {}, None
    for name in ("cinema", *benchmark.rivals):
        server = site.servers[name]
        if benchmark.writes:
            site.reset()
        answers = [ask(server, request) for request in requests]
        lengths[name] = len(answers[0][1])
        if (status := answers[0][0].status) >= 400:
            raise RuntimeError(f"{name} answers {requests[0].path} with {status}.\n{server.said()}")
        found = [(response.status, benchmark.compared(json.loads(body))) for response, body in answers]
        expected = expected or found
        for request, one, other in zip(requests, found, expected, strict=True):
            if one != other:
                raise RuntimeError(f"{name} answers {request.path} with {one}\nand the cinema with {other}")
    return lengths


def load_of(site: Site, benchmark: Benchmark, name: str, length: int) -> Load:
    server, requests = site.servers[name], benchmark.requests(site.cinema)
    if not benchmark.writes:
        return repeated(server, requests, unchanged=benchmark.unchanged)
    lengths = range(length - DIGITS, length + DIGITS)
    if benchmark.sold_out_after:
        return Load(requests, (benchmark.status, 409), lengths, benchmark.sold_out_after)
    return Load(requests, (benchmark.status,), lengths)
