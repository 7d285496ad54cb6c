"""A request in bytes to a reply in bytes: the part that the mount and the HTTP server share."""

from dataclasses import replace
from email.utils import formatdate

from govkit.sandbox.calls import Service
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.wire import Reply, Request, decode, encode, encode_refusal, signature


def serve(
    sandbox: Sandbox,
    request: Request,
    *,
    service: Service | None = None,
    source_ip: str = "127.0.0.1",
) -> Reply:
    """Answer a request; raises `ConnectionLostError` where the answer is to be lost.

    Which service is meant is told from the signature, unless the caller knows it.
    """
    service = service or _service(sandbox, request)
    try:
        if service is None:
            name = signature(request.headers).service or "this service"
            raise not_played(name)
        call = replace(decode(service, sandbox.settings, request), source_ip=source_ip)
        reply = encode(service, call.operation, sandbox.answer(call))
    except RefusalError as refused:
        reply = encode_refusal(service, refused, method=request.method)
    date = formatdate(sandbox.clock.now(), usegmt=True)
    return replace(reply, headers={**reply.headers, "Date": date})


def not_played(service: str) -> RefusalError:
    return refusal(
        "UnsupportedServiceException",
        message=f"The sandbox has no {service}, and nothing was sent to the network.",
    )


def _service(sandbox: Sandbox, request: Request) -> Service | None:
    """Return the service of a signature; S3 and S3 Control sign alike, and the latter names an account."""
    signing = signature(request.headers).service
    if signing == "s3" and "x-amz-account-id" in request.headers:
        return sandbox.services["s3control"]
    return next((one for one in sandbox.services.values() if one.signing == signing), None)
