"""Barbican's own WSGI module looks for its paste file in /etc only; this one takes it from the environment."""

import os

from paste import deploy

application = deploy.loadapp("config:" + os.environ["DEVCLOUD_BARBICAN_PASTE"])
