"""What is imported before anybody asks for it: whoever has no catalogue file does not wait for astropy."""

import subprocess
import sys


def test_the_synthetic_sky_needs_no_astropy():
    program = (
        "import sys; from ocs_sim.sky import open_catalogue; "
        "stars = open_catalogue('synthetic').stars_near(10.0, -30.0, 0.3, 15.0); "
        "sys.exit('astropy' in sys.modules or not len(stars))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
