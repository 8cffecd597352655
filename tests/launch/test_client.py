"""`obsbow client`: commands reach a site that may be away, and what comes of them is told."""

import io
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ocs_sim.jobs import JobStore, job_table, parse_message
from ocs_sim.launch._client_answers import answer
from ocs_sim.launch._client_desk import Desk
from ocs_sim.launch._client_shell import ClientShell
from ocs_sim.remote import LastImage, Remote, UnknownSite, Wish, command_queue, encode_state, state_table
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import ManualClock

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
SITE = """
hub: {wamp_server: 'ws://127.0.0.1:8001/ws', wamp_realm: observatory_realm, address_root: observatory}
hosts: {localhost: {agent-instances: []}}
site: {code: mini, latitude: -30, longitude: -70}
"""


class FarSite:
    """What a site does with its commands, in the simplest way: it takes them and says how they ended."""

    def __init__(self, stores, clock, code):
        self.code, self.clock = code, clock
        self.queue = stores.queue(command_queue(code))
        self.state = stores.table(state_table(code))
        self.jobs = JobStore(stores.table(job_table()), clock)

    def take(self, status="COMPLETE", message="done"):
        taken = []
        while found := self.queue.receive():
            for message_ in found:
                request = parse_message(message_.body, self.code, message_.message_id, message_.sent_unix)
                self.jobs.new(request)
                self.queue.acknowledge(message_)
        for job in self.jobs.claim(self.code, "far", limit=100):
            self.jobs.update(self.code, job.ulid, "STARTED", owner="far")
            taken.append(self.jobs.update(self.code, job.ulid, status, owner="far", message=message))
        return taken

    def tell(self, image=None):
        self.state.put(encode_state(self.code, self.clock.time(), image=image))


@pytest.fixture
def clock():
    return ManualClock(1_700_000_000.0)


@pytest.fixture
def stores(tmp_path, clock):
    # Nothing listens at port 1.
    with open_stores(StoreAddresses(tmp_path, link_base="http://127.0.0.1:1/objects"), clock) as stores:
        yield stores


@pytest.fixture
def site(stores, clock):
    return FarSite(stores, clock, "mrc1")


@pytest.fixture
def talk(stores, clock):
    """Return a function that types lines and returns what the shell answers, without prompts."""

    def talk(*lines, desk=None):
        out = io.StringIO()
        desk = desk or Desk(["mrc1", "Tbo2"], stores, clock)
        shell = ClientShell(desk, lambda _, total: range(total), stdin=io.StringIO(), stdout=out)
        shell.use_rawinput = False
        for line in lines:
            if shell.onecmd(line):
                break
        talk.prompt = shell.prompt
        return out.getvalue()

    return talk


def test_a_command_waits_for_a_site_that_has_never_been_there_and_that_is_said(talk, site):
    said = talk("goto ra=5.5 dec=-5", "jobs")
    assert "Sent goto ra=5.5 dec=-5.0 to mrc1 as job " in said
    assert "mrc1 has never told its state: the command waits until it comes online." in said
    assert "mrc1 has taken no commands.\n1 waits for it." in said
    [job] = site.take()
    assert (job.action, job.required_params["ra"], job.required_params["dec"]) == ("go", 5.5, -5)


def test_a_site_that_is_there_needs_no_more_words_and_its_jobs_are_told(talk, site):
    site.tell()
    assert "waits" not in talk("park")
    site.take()
    told = talk("jobs")
    assert "COMPLETE" in told
    assert "mount/park" in told
    assert told.rstrip().endswith("done")


def test_a_site_that_went_silent_is_told_with_its_age(talk, site, clock):
    site.tell()
    clock.advance(3723)
    assert "mrc1 is not online, its status is 1:02:03 (hh:mm:ss) old" in talk("unpark")
    assert "Status is 1:02:03 (hh:mm:ss) old." in talk("status")


def test_commands_arrive_in_the_order_in_which_they_were_given(talk, site):
    talk("park", "unpark", "tracking on", "expose 3", "goto_azalt az=10 alt=20", "goto ra=1 dec=2 rdsys=icrs")
    actions = [job.action for job in site.take()]
    assert actions == ["park", "unpark", "set_tracking_on", "expose", "go", "go"]


def test_equal_commands_are_two_commands(talk, site):
    talk("expose 1", "expose 1")
    assert len(site.take()) == 2


def test_all_stop_is_understood_by_the_site(talk, site):
    talk("allstop")
    assert [(job.device_type, job.action) for job in site.take()] == [("all", "allstop")]


def test_the_dome_opens_and_closes(talk, site):
    talk("open_dome", "close_dome")
    jobs = site.take()
    assert [(job.device_type, job.action) for job in jobs] == [("enclosure", "open"), ("enclosure", "close")]
    assert all(job.user_roles == ("admin",) for job in jobs)


def test_the_state_is_shown_as_it_is_stored(talk, site):
    assert talk("status") == "mrc1 has never told its state.\n"
    site.tell()
    shown, _, age = talk("status").rpartition("}")
    document = json.loads(shown + "}")
    assert document["site"] == "mrc1"
    assert document["typed"]["written_unix"] == 1_700_000_000.0
    assert age.strip() == "Status is 0:00:00 (hh:mm:ss) old."


def test_a_link_to_the_latest_image_says_when_nothing_serves_it(talk, site):
    assert talk("get_url") == "No images available.\n"
    site.tell()
    assert talk("get_url") == "No images available.\n"
    site.tell(LastImage("a.fits", "mrc1/a.fits"))
    link, note = talk("get_url").splitlines()
    assert link.startswith("Last image url: http://127.0.0.1:1/objects/mrc1/a.fits?")
    assert note.startswith("Nothing answers at 127.0.0.1:1 now")


def test_a_link_that_opens_needs_no_note(tmp_path, clock, site, talk):
    with socket.create_server(("127.0.0.1", 0)) as server:
        addresses = StoreAddresses(tmp_path, link_base=f"http://127.0.0.1:{server.getsockname()[1]}/objects")
        with open_stores(addresses, clock) as stores:
            site.tell(LastImage("a.fits", "mrc1/a.fits"))
            assert len(talk("get_url", desk=Desk(["mrc1"], stores, clock)).splitlines()) == 1


def test_sites_are_listed_and_chosen_whatever_their_case(talk):
    assert talk("list_sites", "set_obs TBO2") == 'List of all registered sites:\n["mrc1", "Tbo2"]\n'
    assert talk.prompt == "Tbo2:: "


def test_an_unknown_site_is_named_and_the_prompt_stays(talk):
    assert talk("set_obs sto3") == "There is no site 'sto3'. There are mrc1, Tbo2.\n"
    assert talk.prompt == "mrc1:: "


def test_random_gotos_are_sent_and_can_be_carried_out(talk, site):
    assert "Sent 12 random gotos to mrc1." in talk("test 12")
    assert len(site.take()) == 12


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", ""),
        ("gotto ra=1", "There is no command 'gotto'. Did you mean goto? Type ? to list commands."),
        ("test many", "The input must be an integer from 1 to 10000, not 'many'.\nLike this: test 1"),
        ("set_obs", "set_obs needs the name of a site.\nLike this: set_obs site1"),
        ("status now", "status takes nothing, not 'now'.\nLike this: status"),
        ("goto 'ra", 'goto does not understand "\'ra": write name=value.'),
        ("? expose", "Take images.\nLike this: expose 10, or expose duration=10 filter=1 repeat=3"),
        ("? q", "x, q, exit: Leave. The commands that were sent go on."),
        ("help nothing", "There is no command 'nothing'."),
    ],
)
def test_there_is_a_readable_answer_to_everything(talk, line, answer):
    assert talk(line).startswith(answer)
    assert bool(talk(line)) == bool(answer)


@pytest.mark.parametrize("word", ["x", "q", "exit", "EOF"])
def test_leaving(talk, word):
    assert "mrc1" not in talk(word, "list_sites")


def test_the_help_names_every_command(talk):
    listed = {line.split()[0].strip(",") for line in talk("?").splitlines()}
    wanted = "list_sites set_obs status goto goto_azalt tracking park unpark allstop expose get_url test x ?"
    assert set(wanted.split()) <= listed


def test_completion_offers_commands_sites_and_words(talk, stores, clock):
    shell = ClientShell(Desk(["mrc1", "Tbo2"], stores, clock), lambda _, total: range(total))
    assert shell.completenames("go") == ["goto ", "goto_azalt "]
    assert shell.completedefault("m", "set_obs m") == ["mrc1"]
    assert shell.completedefault("", "expose ") == ["duration=", "filter=", "repeat="]
    assert shell.completedefault("o", "tracking o") == ["on", "off"]
    assert shell.completenames("Got") == ["goto ", "goto_azalt "]
    assert shell.completedefault("t", "SET_OBS t") == ["Tbo2"]


def test_commands_are_known_whatever_their_case(talk, site):
    assert "Sent tracking off to mrc1" in talk("Tracking OFF")
    assert talk("SET_OBS tbo2", "List_Sites").startswith("List of all registered sites")
    assert talk.prompt == "Tbo2:: "
    assert talk("EXIT", "list_sites") == ""
    assert [job.action for job in site.take()] == ["set_tracking_off"]


def test_a_broken_store_is_told_and_the_shell_goes_on(talk, tmp_path):
    (tmp_path / "queues.sqlite").write_text("this is no database, but it is long enough to look like a file")
    said = talk("park", "list_sites")
    assert "queues.sqlite" in said
    assert said.endswith('["mrc1", "Tbo2"]\n')


def test_waiting_for_the_end_tells_how_it_ended(stores, clock, site):
    class Slow(ManualClock):
        """A clock at which the site acts while somebody waits."""

        def monotonic(self):
            site.take("FAILED", "the dome is shut")
            return super().monotonic()

    told = answer(Desk(["mrc1"], stores, Slow(clock.time())), "expose", ["5"], range, 10)
    assert told.success is False
    assert (told.facts["status"], told.facts["message"]) == ("FAILED", "the dome is shut")


def test_waiting_in_vain_is_neither_success_nor_failure(stores, clock):
    told = answer(Desk(["mrc1"], stores, clock), "park", [], range, 0)
    assert (told.success, told.facts["status"]) == (None, None)


def test_a_desk_refuses_a_site_that_is_not_there(stores, clock):
    with pytest.raises(UnknownSite, match="There are mrc1, Tbo2"):
        Desk(["mrc1", "Tbo2"], stores, clock, "abc")


def test_a_sender_is_kept(stores, clock, site):
    Remote("mrc1", stores, clock, "ada").send(Wish("park"))
    assert site.take()[0].user_name == "ada"


def run(folder, *words, **options):
    return subprocess.run(
        [OBSBOW, "client", *words], cwd=folder, capture_output=True, text=True, timeout=60, **options
    )


def test_one_command_from_a_script(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    sent = run(tmp_path, "--site-file", "site.yaml", "goto", "ra=1", "dec=-2", "--json")
    assert (sent.returncode, sent.stderr) == (0, "")
    facts = json.loads(sent.stdout)
    assert (facts["site"], facts["ra"], facts["online"]) == ("mini", 1.0, False)
    wrong = run(tmp_path, "--site-file", "site.yaml", "goto", "ra=25", "dec=x")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "ra must be" in wrong.stderr
    assert "dec cannot be understood" in wrong.stderr
    assert run(tmp_path, "--site-file", "site.yaml", "park", "--wait", "0").returncode == 3


def test_a_conversation_through_a_pipe(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE)
    done = run(tmp_path, "--site-file", "site.yaml", input="list_sites\npark\nq\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Welcome to photon ranch! Type ? to list commands\nmini:: ")
    assert "Sent park to mini" in done.stdout


def test_a_site_file_without_an_observatory_says_what_to_add(tmp_path):
    (tmp_path / "site.yaml").write_text(SITE.replace("site: {", "x-site: {"))
    done = run(tmp_path, "--site-file", "site.yaml", "status")
    assert done.returncode == 1
    assert "names no observatory: give it a section `site:`" in done.stderr
