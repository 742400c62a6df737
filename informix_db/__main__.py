"""``python -m informix_db``: see `informix_db._cli`."""

import sys

from informix_db._cli.main import main

if __name__ == "__main__":
    sys.exit(main())
