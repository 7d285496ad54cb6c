"""The templates that come with govkit give the lint nothing to say, alone and side by side."""

from govkit.checks._judge import judged
from govkit.checks._paper import paper
from govkit.policies.bounded import Job, render_all
from govkit.policies.library import library
from govkit.policies.template import load, names

NEEDED = {
    "deny_regions.json.j2": {"regions": ["eu-west-1"]},
    "rcp_org_only.json.j2": {"organization": "o-exampleorgid"},
}
# Together with a guardrail that denies everything, every other one adds nothing.
BY_ITSELF = "deny_all.json.j2"


def test_every_template_of_the_library_is_clean() -> None:
    folders = [library()]
    found = names(folders)
    jobs = [Job(load(name, folders), NEEDED.get(name, {})) for name in found]
    rendered = render_all(jobs, folders).renderings
    papers = [
        paper(name, load(name, folders).type, one.document.value, len(one.document))
        for name, one in zip(found, rendered, strict=True)
        if one.document is not None
    ]
    together = tuple(place for place, one in enumerate(papers) if one.name != BY_ITSELF)
    targets = [together, (found.index(BY_ITSELF),)]
    assert len(papers) == len(found)
    assert [str(one.remark) for one in judged(papers, targets)] == []
