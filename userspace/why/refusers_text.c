// SPDX-License-Identifier: GPL-2.0
/* Notes about obstacles to a bind(), and the likely one if it was refused. */
#include "../resolve/manager.h"
#include "why.h"

static bool is_of_systemd(const struct refusers *r)
{
	return !strncmp(r->program, "sd_bind", strlen("sd_bind"));
}

/* Append "BPF program NAME of cgroup PATH". */
static void put_program(struct buf *t, const struct refusers *r)
{
	buf_word(t, is_of_systemd(r) ? "SocketBindDeny= or SocketBindAllow= "
		 "of systemd (" : r->programs > 1 ? "one of " : "");
	if (r->programs > 1)
		buf_printf(t, "%u BPF programs, ", r->programs);
	else
		buf_word(t, "BPF program ");
	print_with_name(t, "", *r->program ? r->program : "without name");
	print_with_name(t, " of cgroup ", r->at);
	if (is_of_systemd(r))
		buf_char(t, ')');
}

/* Append the command that prints the rules of a unit. */
static void put_show(struct buf *t, const char *unit)
{
	print_with_name(t, "systemctl show -p SocketBindDeny,SocketBindAllow ", unit);
}

static void put_program_note(struct buf *t, const struct refusers *r)
{
	struct manager m;

	print_clause(t, "%s", "");
	put_program(t, r);
	buf_word(t, " may refuse bind() (");
	manager_of_cgroup(&m, r->at);
	if (is_of_systemd(r) && m.unit_known == PROPERTY_KNOWN) {
		put_show(t, m.unit);
		buf_word(t, "; ");
	}
	buf_word(t, "--probe tries it)");
}

/**
 * refusers_put_notes() - Append the obstacles to a bind()
 * @t: text
 * @w: case that was decided
 */
void refusers_put_notes(struct buf *t, const struct why *w)
{
	const struct refusers *r = &w->refusers;

	if (!r->queried)
		return;
	if (r->programs)
		put_program_note(t, r);
	if (r->stopped) {
		print_clause(t, "%s", "");
		print_with_name(t, "", r->stopped);
		buf_word(t, " does not run, so it has no cgroup, and its BPF "
			 "programs are unknown (");
		put_show(t, r->stopped);
		buf_char(t, ')');
	}
	if (r->hidden && w->verdict == VERDICT_OK)
		print_clause(t, "not checked without root: BPF programs of the "
			     "cgroup, which may refuse bind()");
	if (r->selinux)
		print_clause(t, "SELinux is enforcing, and may refuse bind() "
			     "(semanage port -l; ausearch -m avc)");
	if (*r->profile) {
		print_clause(t, "%s", "");
		print_with_name(t, "AppArmor profile ", r->profile);
		buf_word(t, " may refuse bind() (journalctl -k -g apparmor)");
	}
	if (r->seccomp)
		print_clause(t, "a seccomp filter may refuse bind()%s",
			     r->chosen ? ", and --probe does not try it" : "");
}

/**
 * refusers_put_reason() - Append the likely reason for the result of the probe
 * @t: text
 * @w: case that was decided, with a different result
 */
void refusers_put_reason(struct buf *t, const struct why *w)
{
	const struct refusers *r = &w->refusers;

	if (!strcmp(w->probed, verdict_name(VERDICT_OK))) {
		buf_word(t, "bind() succeeded, and the view does not explain "
			 "it");
		return;
	}
	if (strcmp(w->probed, "EPERM") && strcmp(w->probed, "EACCES")) {
		buf_word(t, "bind() failed, and the view does not explain it");
		return;
	}
	buf_word(t, "bind() was refused, most likely by ");
	if (r->programs)
		put_program(t, r);
	else if (r->selinux)
		buf_word(t, "SELinux");
	else if (*r->profile)
		print_with_name(t, "AppArmor profile ", r->profile);
	else if (r->seccomp)
		buf_word(t, "a seccomp filter");
	else
		buf_word(t, "a security module (Landlock, BPF, SELinux)");
}
