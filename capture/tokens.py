"""Tokens as text, read from the files that lie beside a model: tokenizer.model, tokenizer.json or vocab.json."""

import json
import os
import re


def read_pieces(folder):
    """The piece of each token id; None where the folder has no tokenizer that can be read."""
    path = os.path.join(folder, "tokenizer.model")
    if os.path.exists(path):
        with open(path, "rb") as file:
            return dict(enumerate(sentence_pieces(file.read())))
    path = os.path.join(folder, "tokenizer.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            tokenizer = json.load(file)
        pieces = {token: piece for piece, token in tokenizer["model"]["vocab"].items()}
        pieces.update({added["id"]: added["content"] for added in tokenizer.get("added_tokens", [])})
        return pieces
    path = os.path.join(folder, "vocab.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            vocabulary = json.load(file)
        entries = vocabulary if isinstance(vocabulary, list) else [{"id": token, "piece": piece} for piece, token in vocabulary.items()]
        return {entry["id"]: entry["piece"] for entry in entries}
    return None


def sentence_pieces(data):
    """The pieces of a SentencePiece model, a protocol buffer whose field 1 is a piece and in it field 1 the text."""
    for number, value in fields(data):
        if number == 1:
            yield next(text for inner, text in fields(value) if inner == 1).decode("utf-8")


def fields(data):
    """Field numbers and values of a protocol buffer message; bytes for length-delimited fields, else None."""
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        value = None
        if key & 7 == 2:
            length, position = varint(data, position)
            value, position = data[position:position + length], position + length
        elif key & 7 == 0:
            _, position = varint(data, position)
        else:
            position += 4 if key & 7 == 5 else 8
        yield key >> 3, value


def varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position


def text_of(pieces, tokens):
    """The text of tokens: pieces joined, byte pieces decoded together, the word mark a space."""
    data = b""
    for token in tokens:
        piece = pieces.get(token, "")
        byte = re.fullmatch(r"<0x([0-9A-F]{2})>", piece)
        data += bytes([int(byte[1], 16)]) if byte else piece.replace("\u2581", " ").encode("utf-8")
    return data.decode("utf-8", errors="replace")
