"""Every setting, command and API route is in the documentation."""

import re
import tomllib
from itertools import chain

from django.conf import settings
from django.urls import get_resolver

DOCS = settings.BASE_DIR / "docs"


def all_docs() -> str:
    pages = [settings.BASE_DIR / "README.md", *sorted(DOCS.glob("*.md"))]
    return "\n".join(page.read_text() for page in pages)


def test_every_environment_variable_is_documented() -> None:
    text = (settings.BASE_DIR / "config" / "settings.py").read_text()
    names = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)
    page = (DOCS / "self-hosting.md").read_text()
    assert names
    assert not [name for name in names if f"`{name}`" not in page]


def test_every_command_is_documented() -> None:
    commands = {
        path.stem
        for path in settings.BASE_DIR.glob("*/management/commands/*.py")
        if path.stem != "__init__"
    }
    text = all_docs()
    assert commands
    assert not [
        command
        for command in commands
        if f"`{command}" not in text and f"manage.py {command}" not in text
    ]


def test_every_api_resource_is_documented() -> None:
    page = (DOCS / "api.md").read_text()
    resources = {
        str(pattern.pattern).strip("^$").split("/")[0].split("<")[0].split("(")[0].rstrip("\\Z$")
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) == "api/v1/"
        for pattern in resolver.url_patterns
    }
    assert resources
    assert not [name for name in resources if name and f"`{name}" not in page]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    wanted = chain(project["dependencies"], *project["optional-dependencies"].values())
    names = [re.split(r"[\[~=<>]", requirement)[0] for requirement in wanted]
    page = (DOCS / "dependencies.md").read_text()
    assert len(names) > 30
    assert not [name for name in names if name != "textrail" and f"`{name}`" not in page]


def test_no_file_names_where_packages_come_from() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org")
    files = [
        *settings.BASE_DIR.glob("*.toml"),
        *(settings.BASE_DIR / "requirements").glob("*.txt"),
        *DOCS.rglob("*.md"),
        settings.BASE_DIR / "README.md",
    ]
    assert not [str(file) for file in files if any(host in file.read_text() for host in hosts)]
