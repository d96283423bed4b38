"""Who works where as what: employers, contact persons, and posts that one person holds at a time."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from regulars.integrations.imports.engine import parties
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.applying import add_point
from regulars.integrations.imports.engine.customers.directory import Directory, firm_called, folded
from regulars.integrations.imports.engine.customers.posts import post_of
from regulars.integrations.imports.engine.customers.record import Job, PostChange, Record, empty_facts
from regulars.integrations.imports.engine.customers.row import Contact, Holder, Person


class People:
    """Relates persons and companies. ``enqueue`` is told of every record that is new or changed."""

    def __init__(self, context: Context, directory: Directory) -> None:
        self.context, self.directory = context, directory
        self.touched: list[Record] = []
        options = context.plan.options
        self._vacates = options.snapshot == "yes" or options.blank == "erase"

    def relate(self, record: Record, person: Person) -> bool:
        """What the row says of who works where; whether anything differs."""
        changed = False
        if person.company or person.company_id:
            changed |= self._employ(record, person)
        for contact in person.contacts:
            changed |= self._add_contact(record, contact)
        if person.posts and not person.again:
            changed |= self._fill_posts(record, person)
        return changed

    def _new(self, name: str, kind: str = "person") -> Record:
        record = self.directory.remember(Record(0, empty_facts(kind=kind, name=name[:200], fold=folded(name))))
        self.context.tally.customers_created += 1
        self.touched.append(record)
        return record

    # --- employers --------------------------------------------------------------------------------------------------

    def _employ(self, record: Record, person: Person) -> bool:
        firm = self._firm(person, record)
        if firm is None or firm is record:
            return False
        here = [job for job in (*record.jobs, *record.begun) if job.firm is firm]
        title = person.job[:80]
        if any(job.title == title for job in here) or (here and not title):
            return False
        plain = [job for job in here if (job.id and not job.title) or job.ours]
        if len(here) == 1 and plain:  # another position at the same company: the earlier one has ended
            self._end(here[0], self._day(person))
        elif here and any(not job.id for job in here):
            return False
        self._begin(record, firm, title, self._day(person) if here else None)
        return True

    def _firm(self, person: Person, record: Record) -> Record | None:
        numbered = self.directory.found((self.directory.source, person.company_id)) if person.company_id else []
        if numbered:
            return numbered[0]
        named = self.directory.found(firm_called(folded(person.company))) if person.company else []
        if named:
            if len(named) > 1:
                self.context.tally.warn("several_firms", person.company)
            mine = [one for one in named if any(job.firm is one for job in record.jobs)]
            firm = (mine or named)[0]
        else:
            name = person.company or parties.name_of_number(person.company_id)
            firm = self._new(name, "organisation")
            self.directory.put_all(firm)
        if person.company_id and not firm.numbers(self.directory.source):
            key = (self.directory.source, person.company_id)
            firm.identifiers.add(key)
            firm.new_identifiers.append(key)
            self.directory.put(key, firm)
            self.touched.append(firm)
        return firm

    # --- contact persons --------------------------------------------------------------------------------------------

    def _add_contact(self, firm: Record, contact: Contact) -> bool:
        person = self._at(firm, contact.name)
        changed = False
        for point in contact.points:
            changed |= add_point(person, point)
        title = contact.job[:80]
        held = [job for job in (*firm.staffed, *firm.begun) if job.person is person]
        if not held or (title and all(job.title != title for job in held) and any(not job.title for job in held)):
            self._begin(person, firm, title, None)
            changed = True
        if changed and person.id:
            self.touched.append(person)
        return changed

    def _at(self, firm: Record, name: str, kind: str = "person") -> Record:
        """The person of that name at a company: one who works or worked there, else somebody new."""
        fold = folded(name)
        known = firm.staff.get(fold)
        if known is None:
            known = firm.staff[fold] = self._new(name, kind)
            known.has_role = False
        return known

    # --- posts ------------------------------------------------------------------------------------------------------

    def _fill_posts(self, firm: Record, person: Person) -> bool:
        day, changed = self._day(person), False
        for post, told in person.posts.items():
            current = [job for job in firm.staffed if post_of(job.title) == post]
            if any(job.since and day < job.since for job in current):
                self.context.tally.warn("older_report", f"{firm.name}: {post}")
            elif told or self._vacates:
                changed |= self._fill(firm, post, told, current, day)
        return changed

    def _fill(self, firm: Record, post: str, told: list[Holder], current: list[Job], day: date) -> bool:
        before = [job.person.name for job in current]
        stays: list[Job] = []
        begun = 0
        for holder in told:
            title, person = holder.title(post), self._at(firm, holder.name, holder.kind)
            same = [job for job in current if job.person is person]
            if any(job.title == title for job in same):
                stays += [job for job in same if job.title == title]
            else:
                self._begin(person, firm, title, day if current else None)
                begun += 1
        gone = [job for job in current if job not in stays]
        for job in gone:
            self._end(job, day)
        after = [holder.name for holder in told]
        if gone and {folded(name) for name in before} != {folded(name) for name in after}:
            firm.post_changes.append(PostChange(post, before, after, day))
        return bool(begun or gone)

    # --- both -------------------------------------------------------------------------------------------------------

    def _begin(self, person: Record, firm: Record, title: str, since: date | None) -> None:
        job = Job(person, firm, title, since=since)
        person.jobs.append(job)
        person.begun.append(job)
        firm.staff.setdefault(person.fold, person)
        firm.staffed.append(job)
        self.context.tally.relations_begun += 1
        if person.id:
            self.touched.append(person)

    def _end(self, job: Job, day: date) -> None:
        job.person.ended.append((job, day))
        job.person.jobs = [one for one in job.person.jobs if one is not job]
        job.firm.staffed = [one for one in job.firm.staffed if one is not job]
        self.context.tally.relations_ended += 1
        self.touched.append(job.person)

    def _day(self, person: Person) -> date:
        return person.reported or timezone.localdate()
