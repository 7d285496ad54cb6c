"""Times the policy engine, in seconds of one core: verdicts, difference, action index, packing."""

import json
import random
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from govkit.access.action_index import DATA, ActionIndex
from govkit.access.chain import Chain
from govkit.access.compare import compare
from govkit.access.judge import Judge
from govkit.access.pack import DoesNotFit, pack
from govkit.access.request import Request, request
from govkit.access.statement import level
from govkit.access.verdict import Kind

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "access"))
import mutations

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "scps"
FEW = 20
LEVELS = ("root", "ou", "account")
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def main() -> None:
    verdicts()
    index()
    differences()
    packing()
    packing_of_published()


def verdicts() -> None:
    """Judge requests against 12 SCPs on 3 levels: repeated shapes, and all distinct."""
    judge = Judge(twelve())
    few = [asked(number % 500) for number in range(500)]
    repeated = rate(judge, few * 400)
    distinct = rate(Judge(twelve()), [asked(number) for number in range(40_000)])
    print(f"verdicts on repeated shapes      {repeated:>12,.0f} per second")
    print(f"verdicts on all-distinct requests{distinct:>12,.0f} per second")


def index() -> None:
    """Load the action index, and turn patterns into sets."""
    packed = (DATA / "actions.z").read_bytes()
    loaded = ActionIndex(zlib.decompress(packed).decode())
    patterns = sorted({*_patterns(loaded)})[:1_000]
    load = min(_seconds(lambda: ActionIndex(zlib.decompress(packed).decode())) for _ in range(5))
    unused = [ActionIndex(zlib.decompress(packed).decode()) for _ in range(5)]
    sets = min(
        _seconds(lambda fresh=fresh: [fresh.mask(pattern) for pattern in patterns])
        for fresh in unused
    )
    print(f"action index, loaded in          {load * 1e3:>12.1f} ms")
    print(f"{len(patterns)} patterns in                 {sets * 1e3:>12.1f} ms")


def differences() -> None:
    """Compare the reference documents with themselves changed, where they are at hand."""
    taken: list[float] = []
    for name, document in _reference().items():
        for mutation in (*mutations.SAME, *mutations.LOOSER, *mutations.TIGHTER):
            new = mutation(document, random.Random(name))  # noqa: S311 -- the same every time
            if new is not None:
                old = {name: document}
                taken.append(_seconds(lambda a=old, b={name: new}: compare(a, b, Kind.SCP)))
    if not taken:
        print("semantic difference: the reference policies are not beside the checkout")
        return
    taken.sort()
    figures = (statistics.median(taken), taken[len(taken) * 95 // 100], taken[-1])
    p50, p95, most = (figure * 1e3 for figure in figures)
    print(
        f"semantic difference, {len(taken)} pairs  p50 {p50:.1f}, p95 {p95:.1f}, max {most:.1f} ms"
    )


def packing() -> None:
    """Pack 60 statements into documents of 5,120 characters, with the proof."""
    given = {
        f"policy-{number}": {"Version": "2012-10-17", "Statement": _deny(number)["Statement"]}
        for number in range(20)
    }
    start = time.process_time()
    found = pack(given, 5_120)
    taken = time.process_time() - start
    print(f"packing 60 statements into {len(found.documents)}       {taken * 1e3:>12.1f} ms")


def packing_of_published() -> None:
    """Pack what single repositories publish, and compare with the least that characters allow."""
    if not PUBLISHED.is_dir():
        print("packing of published documents   skipped: they are not at hand")
        return
    groups: dict[str, dict[str, Any]] = {}
    for one in json.loads((PUBLISHED / "MANIFEST.json").read_text()):
        if one["type"] == "scp":
            text = (PUBLISHED / one["file"]).read_text()
            groups.setdefault(one["repo"].partition("@")[0], {})[one["id"]] = json.loads(text)
    for name, documents in sorted(groups.items()):
        for limit in (5_120, 10_240) if len(documents) >= FEW else ():
            _packed(name, documents, limit)


def _packed(name: str, documents: dict[str, Any], limit: int) -> None:
    start = time.process_time()
    try:
        found = pack(documents, limit)
    except DoesNotFit as error:
        print(f"packing {name[-30:]:<30} at {limit:>6}: {error.summary}")
        return
    taken = time.process_time() - start
    least = -(-found.after // limit)
    print(
        f"packing {name[-30:]:<30} at {limit:>6}: {len(documents)} documents into "
        f"{len(found.documents)}, at least {least}; {found.proof.change.value} in {taken:.1f} s"
    )


def _patterns(loaded: ActionIndex) -> Iterator[str]:
    for service in ("ec2", "s3", "iam", "lambda", "rds", "sagemaker", "glue", "iot"):
        for place, name in enumerate(loaded.names(service)):
            yield f"{service}:{name[:5]}*" if place % 3 == 0 else f"{service}:{name}"
            if place % 45 == 0:
                yield f"{service}:*{name[-4:]}"


def _reference() -> dict[str, dict[str, Any]]:
    folder = Path(__file__).parents[2] / "shared" / "data" / "scps"
    files = sorted(folder.glob("0*.json"))
    return {file.name: json.loads(file.read_text("utf-8")) for file in files}


def twelve() -> Chain:
    """Return 12 SCPs on 3 levels, of the sort that organizations attach."""
    documents = {str(place): document for place, document in enumerate(four())}
    return Chain(Kind.SCP, tuple(level(name, documents) for name in LEVELS))


def four() -> list[dict[str, Any]]:
    """Return the documents that each of the three levels has."""
    return [ALLOW, *(_deny(number) for number in range(3))]


def _deny(number: int) -> dict[str, Any]:
    exempt = [f"arn:aws:iam::*:role/{name}-{number}-*" for name in ("Admin", "BreakGlass", "CI")]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "NotAction": ["iam:*", "sts:*", "organizations:*", "support:*", "cloudfront:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
                    "ArnNotLike": {"aws:PrincipalArn": exempt},
                },
            },
            {
                "Effect": "Deny",
                "Action": ["s3:PutBucketPolicy", "s3:DeleteBucket*", "ec2:*Vpc*"],
                "Resource": [f"arn:aws:s3:::audit-{number}-*", "arn:aws:ec2:*:*:vpc/*"],
                "Condition": {"StringNotLike": {"aws:PrincipalTag/team": f"platform-{number}*"}},
            },
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {
                    "NotIpAddressIfExists": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]},
                    "BoolIfExists": {"aws:ViaAWSService": "false"},
                    "StringNotEqualsIfExists": {"aws:SourceVpc": f"vpc-{number}"},
                },
            },
        ],
    }


def asked(number: int) -> Request:
    """Return a request that differs from all others in its resource, principal and address."""
    pick = random.Random(number)  # noqa: S311 -- the same requests every time
    service, name = pick.choice(
        [("s3", "GetObject"), ("ec2", "RunInstances"), ("iam", "GetRole"), ("ec2", "DeleteVpc")]
    )
    region = pick.choice(["eu-west-1", "eu-central-1", "us-east-1"])
    return request(
        f"{service}:{name}",
        f"arn:aws:{service}:{region}:111111111111:thing/{number}",
        {
            "aws:RequestedRegion": region,
            "aws:SourceIp": f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}",
            "aws:SourceVpc": f"vpc-{number % 3}",
            "aws:PrincipalTag/team": f"platform-{number}",
        },
        principal=f"arn:aws:iam::111111111111:role/Worker-{number}",
    )


def rate(judge: Judge, requests: list[Request]) -> float:
    """Return verdicts per second."""
    return len(requests) / _seconds(lambda: [judge.verdict(found) for found in requests])


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
