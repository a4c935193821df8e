// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of the table at the head of leak.c, each with the programs that it
 * was made for.  The paths and processes are those that these programs have on
 * Debian 12.
 */
#include <unistd.h>

#include "test.h"
#include "../../userspace/resolve/leak.h"
#include "../../userspace/resolve/service.h"

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define USER	"/user.slice/user-1000.slice/user@1000.service"
#define SESSION	"/user.slice/user-1000.slice/session-3.scope"
#define GONE	NULL

#define OWNERS_MAX	8

static struct procfs procfs;
static struct cgroups cgroups;
static struct ps_owner owners[OWNERS_MAX];
static struct row row;
static struct buf text;
static enum service_state state_of_service;
static u64 ids;

/* The service has run for 100 seconds, since 1000 seconds after the boot. */
enum service_state service_run(const char *unit, u64 *since)
{
	if (state_of_service == SERVICE_RUNS)
		*since = 1000000;
	return state_of_service;
}

static u64 add_cgroup(const char *path)
{
	const struct hash_key key = { .low = ++ids };

	hash_add_text(&cgroups.paths, &key, path);
	return ids;
}

/* Begin with a socket made in a cgroup. */
static void make_socket(const char *path)
{
	procfs_renew(&procfs);
	cgroups_renew(&cgroups);
	buf_free(&text);
	buf_init(&text, -1);
	cgroups.checked = true;
	cgroups.walked = true;
	state_of_service = SERVICE_UNKNOWN;
	row = (struct row){
		.record = { .has = PS_HAS_CGROUP, .cgroup = add_cgroup(path) },
		.owners = owners,
	};
}

static struct process *add_process(u32 pid, const char *path)
{
	struct process *process = procfs_process(&procfs, pid);
	struct ps_owner *owner = &owners[row.count++];

	*owner = (struct ps_owner){ .pid = pid, .tid = pid, .comm = "x" };
	process->stat = PROPERTY_KNOWN;
	process->status = PROPERTY_KNOWN;
	process->in = PROPERTY_KNOWN;
	process->state = 'S';
	process->parent = 1;
	process->group = pid;
	process->session = pid;
	process->cgroup = add_cgroup(path);
	return process;
}

/* A process that neither leads its session nor its process group. */
static struct process *add_child(u32 pid, const char *path, u32 leader)
{
	struct process *process = add_process(pid, path);

	process->group = leader;
	process->session = leader;
	return process;
}

static void set_gone(u32 pid)
{
	procfs_process(&procfs, pid)->stat = PROPERTY_MISSING;
}

static void check(const char *wanted)
{
	text.len = 0;
	assert_int_equal(leak_find(&procfs, &cgroups, &row, &text),
			 wanted != NULL);
	assert_int_equal(leak_find(&procfs, &cgroups, &row, NULL),
			 wanted != NULL);
	buf_char(&text, '\0');
	assert_string_equal(text.data, wanted ? wanted : "");
}

/* Line 1: a fd store, and a socket of a service that has never run. */
static void a_manager_is_an_owner(void **state)
{
	make_socket(GONE);
	add_process(1, "/init.scope");
	add_process(500, "/system.slice/a.service");
	check(NULL);
	make_socket("/system.slice/b.service");
	add_process(500, "/system.slice/a.service");
	check("x(500) is in cgroup /system.slice/a.service, made in "
	      "/system.slice/b.service");
	add_process(1, "/init.scope");
	check(NULL);
	make_socket(GONE);
	add_process(800, USER "/init.scope");
	add_process(801, USER "/app.slice/pulse.service");
	check(NULL);
	make_socket(GONE);
	add_process(900, "/lxc.payload.web/init.scope");
	add_process(901, "/lxc.payload.web/system.slice/a.service");
	check(NULL);
}

/* Line 2: systemd makes a socket in init.scope, or in the .socket's cgroup. */
static void a_manager_made_it(void **state)
{
	make_socket("/init.scope");
	add_process(500, "/system.slice/ssh.service");
	check(NULL);
	make_socket("/system.slice/cups.socket");
	add_process(500, "/system.slice/cups.service");
	check(NULL);
	make_socket(USER "/init.scope");
	add_process(500, USER "/app.slice/dbus.service");
	check(NULL);
	make_socket("/system.slice/x.sockets");
	add_process(500, "/system.slice/cups.service");
	check("x(500) is in cgroup /system.slice/cups.service, made in "
	      "/system.slice/x.sockets");
}

/* Line 3: conmon after its session, libvirt, a user's rootlessport. */
static void an_engine_passed_it(void **state)
{
	struct process *process;

	make_socket(SESSION);
	add_process(500, "/machine.slice/libpod-conmon-" ID ".scope");
	check(NULL);
	make_socket(GONE);
	add_process(500, "/machine.slice/libpod-conmon-" ID ".scope");
	check(NULL);
	make_socket("/system.slice/libvirtd.service");
	add_process(500, "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/"
		    "libvirt/emulator");
	check(NULL);
	make_socket(GONE);
	process = add_process(500, USER "/user.slice/podman-7.scope");
	check("x(500) is in cgroup " USER "/user.slice/podman-7.scope, made in "
	      "one that is gone");
	strcpy(process->comm, "rootlessport");
	process->uid = 1000;
	check(NULL);
	row.record.has |= PS_HAS_UID;
	row.record.uid = 1000;
	check(NULL);
	row.record.uid = 0;	/* it is a user's, and only its name is that */
	check("x(500) is in cgroup " USER "/user.slice/podman-7.scope, made in "
	      "one that is gone");
	/* Containers that a user, or a service, may have made up. */
	make_socket("/system.slice/ssh.service");
	row.record.has |= PS_HAS_UID;
	add_process(500, USER "/docker-" ID ".scope");
	check("x(500) is in cgroup " USER "/docker-" ID ".scope, made in "
	      "/system.slice/ssh.service");
	make_socket("/system.slice/ssh.service");
	add_process(500, "/system.slice/a.service/docker-" ID ".scope");
	check("x(500) is in cgroup /system.slice/a.service/docker-" ID ".scope,"
	      " made in /system.slice/ssh.service");
	/* From one container into another. */
	make_socket("/lxc/a");
	add_process(500, "/lxc/b");
	check("x(500) is in cgroup /lxc/b, made in /lxc/a");
	make_socket("/lxc/a/system.slice/ssh.service");
	add_process(500, "/lxc/a/system.slice/cron.service");
	check("x(500) is in cgroup /lxc/a/system.slice/cron.service, made in "
	      "/lxc/a/system.slice/ssh.service");
}

/* Line 4. */
static void the_service_is_gone(void **state)
{
	make_socket(GONE);
	add_process(500, SESSION);
	add_process(501, SESSION);
	check("x(500) and 1 more are in cgroup " SESSION ", made in one that "
	      "is gone");
}

/* Line 5: a shell's background job; subtrees of a service are the service. */
static void another_service_owns_it(void **state)
{
	make_socket("/system.slice/nginx.service");
	add_process(400, "/system.slice/nginx.service");
	check(NULL);
	add_process(500, SESSION);
	check("x(500) is in cgroup " SESSION ", made in /system.slice/nginx"
	      ".service");
	make_socket("/system.slice/web.service/runtime");
	add_process(500, "/system.slice/web.service/libpod-payload-" ID);
	add_process(501, "/system.slice/web.service");
	check(NULL);
	make_socket("/system.slice/a.service");
	add_process(500, "/system.slice/a.services");
	check("x(500) is in cgroup /system.slice/a.services, made in "
	      "/system.slice/a.service");
	make_socket("/a");
	add_process(500, "/b");
	check("x(500) is in cgroup /b, made in /a");
	/* The path of its cgroup is too long to be printed. */
	make_socket("/a");
	add_process(500, "/b")->in = PROPERTY_UNREADABLE;
	check("x(500) is in cgroup ?, made in /a");
}

/* Line 6: nginx's workers whose master was killed; libvirt's dnsmasq. */
static void left_behind_in_a_service(void **state)
{
	static const char service[] = "/system.slice/nginx.service";
	const u64 tick = sysconf(_SC_CLK_TCK);
	struct process *worker;

	make_socket(service);
	worker = add_child(500, service, 499);
	set_gone(499);
	worker->start = 900 * tick;
	check(NULL);		/* systemd does not publish its runs */
	state_of_service = SERVICE_STOPPED;
	check("x(500) may be left behind by nginx.service, which has stopped");
	state_of_service = SERVICE_RUNS;
	check("x(500) may be left behind by nginx.service, which has started "
	      "again since");
	worker->start = 1000 * tick;
	check(NULL);		/* of this run: a script has ended */
	worker->start = 0;
	check(NULL);
	worker->start = 900 * tick;
	worker->session = 500;
	check(NULL);		/* a daemon of its own */
	worker->session = 499;
	add_process(600, service)->parent = 1;
	check(NULL);		/* not the only owner */
	procfs_process(&procfs, 600)->group = 499;
	procfs_process(&procfs, 600)->session = 499;
	check("x(500) and 1 more may be left behind by nginx.service, which "
	      "has started again since");
	/* The leaders live. */
	make_socket(service);
	add_child(500, service, 499);
	state_of_service = SERVICE_STOPPED;
	procfs_process(&procfs, 499)->stat = PROPERTY_KNOWN;
	procfs_process(&procfs, 499)->state = 'S';
	check(NULL);
	procfs_process(&procfs, 499)->state = 'Z';
	check("x(500) may be left behind by nginx.service, which has stopped");
	/* The runs of a user's services are not known. */
	make_socket(USER "/app.slice/a.service");
	add_child(500, USER "/app.slice/a.service", 499);
	set_gone(499);
	state_of_service = SERVICE_STOPPED;
	check(NULL);
}

/* Line 7. */
static void left_behind_in_a_session(void **state)
{
	make_socket(SESSION);
	add_child(500, SESSION, 499)->group = 498;
	set_gone(498);
	set_gone(499);
	check("x(500) may be left behind by session 499, which has ended");
	procfs_process(&procfs, 499)->stat = PROPERTY_KNOWN;
	check(NULL);		/* nohup, and its shell lives */
	make_socket("/");
	add_child(500, "/", 499);
	set_gone(499);
	check("x(500) may be left behind by session 499, which has ended");
	row.record.has = 0;	/* a kernel without cgroups */
	check("x(500) may be left behind by session 499, which has ended");
	make_socket("/docker/" ID);
	add_child(500, "/docker/" ID, 499);
	set_gone(499);
	check(NULL);
}

/* Line 8: nginx, apache, haproxy, squid, unbound, dnsmasq. */
static void privilege_drop(void **state)
{
	make_socket("/system.slice/nginx.service");
	add_process(400, "/system.slice/nginx.service");
	add_child(401, "/system.slice/nginx.service", 400)->fsuid = 33;
	procfs_process(&procfs, 401)->parent = 400;
	state_of_service = SERVICE_RUNS;
	check(NULL);
	make_socket("/system.slice/squid.service");
	add_process(401, "/system.slice/squid.service")->fsuid = 13;
	check(NULL);
	/* No cgroup can be looked up. */
	make_socket(GONE);
	add_process(401, SESSION);
	cgroups.partial = true;
	check(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manager_is_an_owner),
		cmocka_unit_test(a_manager_made_it),
		cmocka_unit_test(an_engine_passed_it),
		cmocka_unit_test(the_service_is_gone),
		cmocka_unit_test(another_service_owns_it),
		cmocka_unit_test(left_behind_in_a_service),
		cmocka_unit_test(left_behind_in_a_session),
		cmocka_unit_test(privilege_drop),
	};

	return RUN(tests);
}
