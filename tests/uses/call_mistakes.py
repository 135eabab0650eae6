"""Mistakes in C sources: calls, their arguments, tests for an event's state."""

from __future__ import annotations

import re

from tests.uses.spoilt_tree import Call, Declaration, Mistake, SpoiltTree, typo

_STATE = re.compile(r"\b(trace_event_get_state(?:_backends)?\(TRACE_)(\w+)\)")
_PASTED = re.compile(r"\bNVME_GUEST_ERR\((\w+)")
_TEXTS = re.compile(r"(?:const )?char \*(?: ?const)?")
_NUMBERS = re.compile(r"(?:unsigned(?: int)?|u?int(?:8|16|32|64)_t|int|bool|hwaddr|size_t)")
_NARROW = re.compile(r"(?:unsigned(?: int)?|u?int32_t|int)")


class CallMistakes(SpoiltTree):
    """A method for each kind makes one mistake."""

    def misspelt_call(self) -> Mistake:
        call, _ = next(self.free_calls())
        new = typo(call.name, set(self.declared), self.pick)
        self.change_call(call, call.arguments, new)
        self.taken.add(new)
        return Mistake("", "TE602", call.path, new, call.name)

    def misspelt_state_test(self) -> Mistake:
        places = [
            (path, one[0], one[2])
            for path in self.files(".c")
            for one in _STATE.finditer(self.texts[path])
            if one[2].lower() in self.declared and one[2].lower() not in self.taken
        ]
        path, old, name = self.pick.choice(places)
        new = typo(name, {known.upper() for known in self.declared}, self.pick)
        self.replace(path, old, old.replace(name, new))
        self.taken.add(name.lower())
        return Mistake("", "TE602", path, new.lower(), name.lower())

    def misspelt_word_of_a_pasting_macro(self) -> Mistake:
        places = [
            (path, one[0], one[1])
            for path in self.files(".c")
            for one in _PASTED.finditer(self.texts[path])
            if one[1] in self.declared and one[1] not in self.taken and self.texts[path].count(one[0]) == 1
        ]
        path, old, name = self.pick.choice(places)
        new = typo(name, set(self.declared), self.pick)
        self.replace(path, old, old.replace(name, new))
        self.taken.add(name)
        return Mistake("", "TE602", path, new, name)

    def argument_left_out(self) -> Mistake:
        call, _ = next(self.free_calls(lambda call, _: len(call.arguments) > 1))
        arguments = list(call.arguments)
        del arguments[self.pick.randrange(len(arguments))]
        self.change_call(call, arguments)
        return Mistake("", "TE603", call.path, call.name)

    def one_argument_more(self) -> Mistake:
        call, _ = next(self.free_calls())
        self.change_call(call, [*call.arguments, "0"])
        return Mistake("", "TE603", call.path, call.name)

    def arguments_swapped(self) -> Mistake:
        def is_named(argument: str, name: str) -> bool:
            return re.fullmatch(rf"(?:\w+(?:->|\.))*{name}", argument) is not None

        def pairs(call: Call, one: Declaration) -> list[tuple[int, int]]:
            same = [n for n, (_, name) in enumerate(one.parameters) if is_named(call.arguments[n], name)]
            types = [type_ for type_, _ in one.parameters]
            return [(a, b) for a in same for b in same if a < b and types[a] == types[b]]

        call, one = next(self.free_calls(lambda call, one: bool(pairs(call, one))))
        a, b = self.pick.choice(pairs(call, one))
        arguments = list(call.arguments)
        arguments[a], arguments[b] = arguments[b], arguments[a]
        self.change_call(call, arguments)
        return Mistake("", "TE605", call.path, call.name)

    def _one_of_type(self, types: re.Pattern[str], made, code: str, printed: str = "") -> Mistake:
        def places(one: Declaration) -> list[int]:
            found = [n for n, (type_, _) in enumerate(one.parameters) if types.fullmatch(type_)]
            return found if not printed or one.text.count(printed) >= len(found) else []

        call, one = next(self.free_calls(lambda _, one: bool(places(one))))
        at = self.pick.choice(places(one))
        arguments = list(call.arguments)
        arguments[at] = made(arguments[at])
        self.change_call(call, arguments)
        return Mistake("", code, call.path, call.name)

    def null_for_a_string(self) -> Mistake:
        return self._one_of_type(_TEXTS, lambda _: "NULL", "TE606", "%s")

    def text_for_a_number(self) -> Mistake:
        return self._one_of_type(_NUMBERS, lambda _: '"text"', "TE607")

    def number_for_a_text(self) -> Mistake:
        return self._one_of_type(_TEXTS, lambda _: "42", "TE607")

    def narrowed(self) -> Mistake:
        wide = self.pick.choice(["uint64_t", "unsigned long", "int64_t", "size_t"])

        def places(one: Declaration) -> list[int]:
            return [n for n, (type_, _) in enumerate(one.parameters) if _NARROW.fullmatch(type_)]

        call, one = next(self.free_calls(lambda _, one: bool(places(one))))
        at = self.pick.choice(places(one))
        arguments = list(call.arguments)
        declared = f"{call.indent}{{\n{call.indent}    {wide} wide_value = {arguments[at]};\n"
        arguments[at] = "wide_value"
        made = f"{declared}    {call.indent}trace_{call.name}({', '.join(arguments)});\n{call.indent}}}"
        self.replace(call.path, call.text, made)
        self.taken.add(call.name)
        return Mistake("", "TE608", call.path, call.name)

    def call_removed(self) -> Mistake:
        call, one = next(self.free_calls(lambda call, _: self.named[call.name] == 1))
        self.replace(call.path, call.text, f"{call.indent};")
        self.taken.add(call.name)
        return Mistake("", "TE601", one.path, call.name)

    def call_in_if_0(self) -> Mistake:
        call, one = next(self.free_calls(lambda call, _: self.named[call.name] == 1))
        self.replace(call.path, call.text, f"#if 0\n{call.text}\n#endif")
        self.taken.add(call.name)
        return Mistake("", "TE601", one.path, call.name)
