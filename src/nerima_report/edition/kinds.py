"""kinds.toml: the kinds of places that count as a 課, by what title their heads go, and the roles in the protection.

The sources: 施行規則第1条 and 第5条 until fiscal 2022, the safety guideline (指針) 第2条 to 第7条 from then on.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from nerima_report.edition.definition import Definition, Text, refuse_duplicates


class SectionKind(Definition):
    """A kind of place (課, 図書館, 小学校): its head, the deputy (保護担当者), and what it is asked for.

    `counted` is the word with which places of the kind are counted (校). Without `body` the 部 of a place decides to
    which 実施機関 it belongs. Without `tables` it is asked for all tables of the year.
    """

    name: Text = Field(title="種類")
    head: Text = Field(title="長の職名")
    deputy: str = Field(title="保護担当者の職名", default="")
    counted: Text = Field(title="数える言葉")
    body: str = Field(title="実施機関", default="")
    tables: tuple[Text, ...] = Field(title="求める表", default=())
    basis: Text = Field(title="よりどころ")


class Role(Definition):
    """A role in the protection of personal information, who holds it, and its duties (指針第3条 to 第7条).

    The heads of `kinds` hold it; without them only those of whom the roster says so.
    """

    name: Text = Field(title="役割")
    who: Text = Field(title="だれ")
    duties: tuple[Text, ...] = Field(title="仕事", min_length=1)
    kinds: tuple[Text, ...] = Field(title="種類", default=())
    first_year: int | None = Field(title="はじめの年度", default=None)
    last_year: int | None = Field(title="終わりの年度", default=None)
    basis: Text = Field(title="よりどころ")

    def serves(self, fiscal_year: int) -> bool:
        """Whether there is this role in a fiscal year."""
        return (self.first_year or fiscal_year) <= fiscal_year <= (self.last_year or fiscal_year)


class SectionKinds(Definition):
    """kinds.toml: the 実施機関, the kinds of places, the roles."""

    bodies: tuple[Text, ...] = Field(title="実施機関", default=())
    kinds: tuple[SectionKind, ...] = Field(title="種類", alias="kind", default=())
    roles: tuple[Role, ...] = Field(title="役割", alias="role", default=())

    def of(self, name: str) -> SectionKind | None:
        """The kind with this name."""
        return next((kind for kind in self.kinds if kind.name == name), None)

    def roles_in(self, fiscal_year: int) -> tuple[Role, ...]:
        """The roles that there are in a fiscal year."""
        return tuple(role for role in self.roles if role.serves(fiscal_year))

    def roles_of(self, kind: str, fiscal_year: int) -> tuple[str, ...]:
        """The roles that the heads of a kind hold in a fiscal year, by name."""
        return tuple(role.name for role in self.roles_in(fiscal_year) if kind in role.kinds)

    @model_validator(mode="after")
    def _names_fit_together(self) -> SectionKinds:
        refuse_duplicates("実施機関", list(self.bodies))
        refuse_duplicates("種類", [kind.name for kind in self.kinds])
        refuse_duplicates("役割", [role.name for role in self.roles])
        for kind in self.kinds:
            if kind.body and kind.body not in self.bodies:
                raise ValueError(f"種類「{kind.name}」の body「{kind.body}」は bodies にありません")
        names = {kind.name for kind in self.kinds}
        for role in self.roles:
            if unknown := [name for name in role.kinds if name not in names]:
                raise ValueError(f"役割「{role.name}」の kinds の「{unknown[0]}」という種類はありません")
        return self


def titled(name: str, head: str) -> str:
    """The head of a place, with what its name and the title have in common said once.

    >>> [titled(*each) for each in (("管理課", "課長"), ("議会事務局", "次長"), ("学校教育支援センター", "所長"))]
    ['管理課長', '議会事務局次長', '学校教育支援センター所長']
    >>> titled("監査事務局", "事務局長")
    '監査事務局長'
    """
    common = next(length for length in range(len(head), -1, -1) if name.endswith(head[:length]))
    return name + head[common:]
