"""`manage.py demo`: the whole chain on sample data over real HTTP, then the admin."""

import re
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from config.demo.admin_client import AdminRefusedError
from config.demo.api_client import ApiRefusedError, wait_until
from config.demo.crowd import Crowd
from config.demo.play import STEPS, Scene, open_scene, taps, win_deals
from config.demo.site import Website
from config.demo.stage import Stage, StageError
from config.processes import ProcessEndedError, Processes, click_reader, running, web, worker
from crm_sync.sandbox.server import run_sandbox


class Command(BaseCommand):
    """Plays the story, prints its report and its proof, then serves the admin."""

    help = "Show the whole chain on sample data, from the text message to the reconciled report."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port, the size of the story and whether to serve afterwards."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--people", type=int, default=720, help="customers in the story")
        parser.add_argument("--no-serve", action="store_true", help="end after the report")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit with status 0 only if the report reconciles with the CRM to the cent."""
        stage = Stage(port=options["port"])
        try:
            with tqdm(total=len(STEPS) + 3, unit="step", disable=None) as bar:
                self._bar = bar
                self._play(stage, people=options["people"], serves=not options["no_serve"])
        except (StageError, ApiRefusedError, AdminRefusedError, ProcessEndedError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _play(self, stage: Stage, *, people: int, serves: bool) -> None:
        self._announce("Setting the stage: a database of its own")
        stage.clear()
        stage.manage("migrate", "--verbosity", "0")
        stage.manage(
            *("createsuperuser", "--noinput", "--username", "admin", "--email", "a@demo.example"),
            DJANGO_SUPERUSER_PASSWORD=stage.password,
        )
        key = _key_in(stage.manage("create_api_key", "Demo", "--scopes", "read,write,events"))
        self._bar.update()
        parts = (web(host="127.0.0.1", port=stage.port), worker(), click_reader())
        with (
            run_sandbox() as sandbox,
            Website(port=stage.website_port, textrail_url=stage.url, api_key=key) as website,
            running(*parts, environment=stage.environment) as processes,
        ):
            wait_until(f"{stage.url}/healthz")
            scene = open_scene(
                stage=stage,
                sandbox=sandbox,
                website=website,
                api_key=key,
                people=people,
                say=self._say,
            )
            self._act(scene, processes, serves=serves)

    def _act(self, scene: Scene, processes: Processes, *, serves: bool) -> None:
        for title, step in STEPS:
            self._announce(title)
            processes.check()
            step(scene)
            self._bar.update()
        self._tap(scene)
        self._announce("Moving deals in the CRM and settling the credit")
        win_deals(scene)
        self._bar.update()
        self._bar.close()
        reconciles = self._report(scene)
        if serves:
            self._serve(scene, processes)
        if not reconciles:
            raise CommandError("The report does not reconcile with the CRM.")

    def _tap(self, scene: Scene) -> None:
        made = taps(scene)
        self._announce(f"Tapping {len(made):,} times")
        crowd = Crowd(textrail_url=scene.stage.url, write_key=scene.website.write_key)
        with tqdm(total=len(made), unit="tap", leave=False, disable=None) as bar:
            redirected = crowd.tap_all(made, done=bar.update)
        self._say(f"{redirected:,} of {len(made):,} taps were redirected.")
        self._bar.update()

    def _report(self, scene: Scene) -> bool:
        self.stdout.write("\n" + scene.stage.manage("report", "sends"))
        proof = scene.stage.try_manage("report", "reconciliation")
        self.stdout.write(proof.stdout + proof.stderr)
        ledger = scene.stage.try_manage("verify_ledger")
        self.stdout.write(ledger.stdout + ledger.stderr)
        return proof.returncode == 0 and ledger.returncode == 0

    def _serve(self, scene: Scene, processes: Processes) -> None:
        link = scene.api.rows("links")[-1]["short_url"]
        self.stdout.write(
            f"\nAdmin       {scene.stage.url}/admin/\n"
            f"User        admin\nPassword    {scene.stage.password}\n"
            f"Short link  {link}   (tap it: curl -si {link})\n\nCtrl-C stops everything."
        )
        while True:
            processes.check()
            time.sleep(1)

    def _announce(self, title: str) -> None:
        self._bar.set_description(title)
        if self._bar.disable:
            self.stdout.write(f"{title} …")

    def _say(self, text: str) -> None:
        self._bar.write(text)


def _key_in(text: str) -> str:
    found = re.search(r"tr_\S+", text)
    if found is None:
        raise CommandError(f"create_api_key printed no key: {text}")
    return found[0]
