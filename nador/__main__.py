"""`python -m nador` is the `nador` command."""

from nador.cli import main

if __name__ == "__main__":
    main()
