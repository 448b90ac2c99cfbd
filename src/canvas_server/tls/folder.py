"""Where the data folder has what serves a local network."""

from pathlib import Path


def lan_folder(data_dir: Path) -> Path:
    """Return the folder of the certificates of this installation."""
    return data_dir / "lan"


def authority_file(folder: Path) -> Path:
    """Return the certificate that phones can install to believe the others of the folder."""
    return folder / "authority.pem"
