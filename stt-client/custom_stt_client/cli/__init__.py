"""The command ``stt``: recordings to text and subtitles, and live captions. See its README."""
