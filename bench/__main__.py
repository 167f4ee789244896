"""python -m bench; --help says what it can do."""

if __name__ == "__main__":  # client processes read this file too, and need nothing below
    from .command import main

    main()
