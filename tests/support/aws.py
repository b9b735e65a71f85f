"""Signed calls to AWS, for what tests do and see there beside the server."""

import datetime
import hashlib
import hmac
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    session_token: str = ""


def _signed(url, service, region, credentials, headers, body):
    host = urllib.parse.urlsplit(url).netloc
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    headers = {**headers, "host": host, "x-amz-date": now}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    names = sorted(headers)
    canonical = "\n".join(
        ["POST", "/", ""]
        + [f"{name}:{headers[name]}" for name in names]
        + ["", ";".join(names), hashlib.sha256(body).hexdigest()]
    )
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


def _call(url, service, region, credentials, headers, body):
    request = urllib.request.Request(url, body, _signed(url, service, region, credentials, headers, body))
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{service} answered {error.code}: {error.read().decode()}") from None


def assume_role(url, region, credentials, role_arn, external_id):
    """Credentials of a role, as another principal than the server's deployments."""
    form = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": role_arn,
        "RoleSessionName": "test",
        "ExternalId": external_id,
    }
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    xml = _call(f"{url}/", "sts", region, credentials, headers, urllib.parse.urlencode(form).encode())
    element = lambda name: re.search(f"<{name}>([^<]*)</{name}>", xml).group(1)
    return Credentials(element("AccessKeyId"), element("SecretAccessKey"), element("SessionToken"))


class _JsonService:
    """A service that speaks JSON: `ecs("DescribeServices", cluster=…, services=[…])`."""

    name = target = ""

    def __init__(self, url, region, credentials):
        self._url, self._region, self._credentials = url, region, credentials

    def __call__(self, action, **members):
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{self.target}.{action}"}
        body = json.dumps(members).encode()
        return json.loads(_call(f"{self._url}/", self.name, self._region, self._credentials, headers, body))


class Ecs(_JsonService):
    name, target = "ecs", "AmazonEC2ContainerServiceV20141113"


class Ecr(_JsonService):
    name, target = "ecr", "AmazonEC2ContainerRegistry_V20150921"
