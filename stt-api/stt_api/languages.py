"""Any usual name of a language → the code that Whisper has for it.

The client and the server hold the same copy of this file; a test keeps them alike. Codes, English
names and their aliases are those of openai-whisper's tokenizer (MIT licence, Copyright (c) 2022
OpenAI). To them come the codes of ISO 639-2 and -3, and the codes of other services. Whisper's are
not all ISO's (Javanese is ``jw``), so a library of standard tags would not give them.
"""

import re
from collections.abc import Iterable

DETECT = ("auto", "multi")  # spellings of "find out", here and at other services

LANGUAGES = {  # code: English name, then other names and codes
    "af": "afrikaans, afr",
    "am": "amharic, amh",
    "ar": "arabic, ara, arb",
    "as": "assamese, asm",
    "az": "azerbaijani, aze",
    "ba": "bashkir, bak",
    "be": "belarusian, bel",
    "bg": "bulgarian, bul",
    "bn": "bengali, bangla, ben",
    "bo": "tibetan, bod, tib",
    "br": "breton, bre",
    "bs": "bosnian, bos",
    "ca": "catalan, valencian, cat",
    "cs": "czech, ces, cze",
    "cy": "welsh, cym, wel",
    "da": "danish, dan",
    "de": "german, deu, ger",
    "el": "greek, ell, gre",
    "en": "english, eng",
    "es": "spanish, castilian, spa",
    "et": "estonian, est",
    "eu": "basque, eus, baq",
    "fa": "persian, farsi, fas, per",
    "fi": "finnish, fin",
    "fo": "faroese, fao",
    "fr": "french, fra, fre",
    "gl": "galician, glg",
    "gu": "gujarati, guj",
    "ha": "hausa, hau",
    "haw": "hawaiian",
    "he": "hebrew, heb, iw",
    "hi": "hindi, hin",
    "hr": "croatian, hrv",
    "ht": "haitian creole, haitian, hat",
    "hu": "hungarian, hun",
    "hy": "armenian, hye, arm",
    "id": "indonesian, ind, in",
    "is": "icelandic, isl, ice",
    "it": "italian, ita",
    "ja": "japanese, jpn",
    "jw": "javanese, jav, jv",
    "ka": "georgian, kat, geo",
    "kk": "kazakh, kaz",
    "km": "khmer, khm",
    "kn": "kannada, kan",
    "ko": "korean, kor",
    "la": "latin, lat",
    "lb": "luxembourgish, letzeburgesch, ltz",
    "ln": "lingala, lin",
    "lo": "lao",
    "lt": "lithuanian, lit",
    "lv": "latvian, lav",
    "mg": "malagasy, mlg",
    "mi": "maori, mri, mao",
    "mk": "macedonian, mkd, mac",
    "ml": "malayalam, mal",
    "mn": "mongolian, mon",
    "mr": "marathi, mar",
    "ms": "malay, msa, may",
    "mt": "maltese, mlt",
    "my": "myanmar, burmese, mya, bur",
    "ne": "nepali, nep",
    "nl": "dutch, flemish, nld, dut",
    "nn": "nynorsk, norwegian nynorsk, nno",
    "no": "norwegian, norwegian bokmål, bokmål, nor, nob, nb",
    "oc": "occitan, oci",
    "pa": "punjabi, panjabi, pan",
    "pl": "polish, pol",
    "ps": "pashto, pushto, pus",
    "pt": "portuguese, por",
    "ro": "romanian, moldavian, moldovan, ron, rum, mo",
    "ru": "russian, rus",
    "sa": "sanskrit, san",
    "sd": "sindhi, snd",
    "si": "sinhala, sinhalese, sin",
    "sk": "slovak, slk, slo",
    "sl": "slovenian, slovene, slv",
    "sn": "shona, sna",
    "so": "somali, som",
    "sq": "albanian, sqi, alb",
    "sr": "serbian, srp",
    "su": "sundanese, sun",
    "sv": "swedish, swe",
    "sw": "swahili, swa",
    "ta": "tamil, tam",
    "te": "telugu, tel",
    "tg": "tajik, tgk",
    "th": "thai, tha",
    "tk": "turkmen, tuk",
    "tl": "tagalog, filipino, tgl, fil",
    "tr": "turkish, tur",
    "tt": "tatar, tat",
    "uk": "ukrainian, ukr",
    "ur": "urdu, urd",
    "uz": "uzbek, uzb",
    "vi": "vietnamese, vie",
    "yi": "yiddish, yid, ji",
    "yo": "yoruba, yor",
    "yue": "cantonese, zh-yue",
    "zh": "chinese, mandarin, zho, chi, cmn",
}

_CODES = {
    spelling: code for code, others in LANGUAGES.items() for spelling in (code, *others.split(", "))
}
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})+")  # a language, then its script, region, …


def whisper_language(name: str) -> str | None:
    """Return Whisper's code for a code, a tag or an English name; None for ``auto``: detect.

    Case does not count, ``_`` is ``-``, and what follows the language is dropped, as Whisper knows
    no regions: ``en_US`` is ``en``, ``zh-Hant`` is ``zh``. So is ``zh-HK``, for only the latest
    models know Cantonese apart; say ``yue`` or ``zh-yue`` to them. Raise ValueError for the rest.
    """
    tag = name.strip().lower().replace("_", "-")
    if tag in DETECT:
        return None
    for spelling in (tag, tag.replace("-", " "), *_shortened(tag)):
        if spelling in _CODES:
            return _CODES[spelling]
    raise ValueError(
        f"{name!r} is no language that Whisper knows; allowed: {' or '.join(DETECT)} to detect it,"
        f" a tag such as en-US, an English name, or a code of {', '.join(LANGUAGES)}"
    )


def whisper_languages(names: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the languages that detection may choose from, each once.

    Raise ValueError for what is no language; ``auto`` is none: nothing at all stands for all.
    """
    codes = {name: whisper_language(name) for name in names}
    for name, code in codes.items():
        if code is None:
            raise ValueError(f"{name!r} is not one language; allowed: none at all to detect any")
    return tuple(dict.fromkeys(filter(None, codes.values())))


def _shortened(tag: str) -> list[str]:
    """Return a tag without its last part, without its last two, …, most exact first."""
    if not _TAG.fullmatch(tag):
        return []
    parts = tag.split("-")
    return ["-".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
