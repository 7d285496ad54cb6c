"""OUs stand in documents as tokens until AWS has given their IDs."""

from hypothesis import given
from hypothesis import strategies as st

from govkit.policies.document import of
from govkit.policies.paths import token, tokens, with_paths, with_tokens

REAL = {
    "/": "o-exampleorgid/r-exam",
    "/Workloads": "o-exampleorgid/r-exam/ou-exam-11111111",
    "/Workloads/Prod": "o-exampleorgid/r-exam/ou-exam-11111111/ou-exam-22222222",
}
BACK = {real: path for path, real in REAL.items()}


def written(*paths: str) -> dict[str, object]:
    condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": list(paths)}}
    return {"Statement": [{"Effect": "Deny", "Condition": condition}], "n": [1, None, True]}


def test_tokens_become_paths_and_paths_become_tokens() -> None:
    wanted = of(written(f"{token('Workloads/Prod')}/*", f"{token('/')}/*", "${aws:username}"))
    assert tokens(wanted) == {"/Workloads/Prod", "/"}
    real = with_paths(wanted, REAL)
    assert real == of(written(f"{REAL['/Workloads/Prod']}/*", f"{REAL['/']}/*", "${aws:username}"))
    assert with_tokens(real, BACK) == wanted
    assert tokens(real) == frozenset()


def test_what_is_not_known_stays() -> None:
    document = of(written(f"{token('Sandbox')}/*", "o-exampleorgid/r-exam/ou-exam-99999999/*"))
    assert with_paths(document, REAL) is document
    assert with_tokens(document, BACK) is document
    plain = of({"Statement": []})
    assert with_paths(plain, REAL) is with_tokens(plain, BACK) is plain


def test_the_deepest_ou_of_a_path_is_meant() -> None:
    live = of(written(f"{REAL['/Workloads/Prod']}/", f"{REAL['/Workloads']}/*/"))
    assert tokens(with_tokens(live, BACK)) == {"/Workloads", "/Workloads/Prod"}


@given(
    st.text(min_size=1, max_size=12).filter(lambda name: name.strip("/") and "\ud800" not in name)
)
def test_an_ou_may_be_called_anything(name: str) -> None:
    path = "/" + name.strip("/")
    try:
        path.encode()
    except UnicodeEncodeError:
        return
    document = of(written(f"{token(path)}/*"))
    assert tokens(document) == {path}
    assert (
        with_tokens(with_paths(document, {path: REAL["/Workloads"]}), {REAL["/Workloads"]: path})
        == document
    )
