// SPDX-License-Identifier: GPL-2.0
/*
 * Units and containers in the paths of cgroups, and the addresses in Docker's
 * files.  The paths are those that the programs make; some are a user's.
 */
#include "test.h"
#include "../../userspace/resolve/manager.h"
#include "../../userspace/resolve/proxy.h"

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHORT	"0123456789ab"
#define USER	"/user.slice/user-1000.slice/user@1000.service"

static struct manager m;

/* Check the unit; NULL: none. */
static void check_unit(const char *path, const char *unit,
		       enum unit_scope scope)
{
	manager_of_cgroup(&m, path);
	assert_int_equal(m.unit_known,
			 unit ? PROPERTY_KNOWN : PROPERTY_MISSING);
	assert_string_equal(m.unit, unit ? unit : "");
	assert_int_equal(m.unit_scope, scope);
	assert_int_equal(m.unit_user, scope == UNIT_USER ? 1000 :
			 MANAGER_NO_USER);
}

static void check_container(const char *path, const char *container,
			    enum engine engine)
{
	manager_of_cgroup(&m, path);
	assert_int_equal(m.container_known,
			 container ? PROPERTY_KNOWN : PROPERTY_MISSING);
	if (container)
		assert_string_equal(m.container, container);
	assert_int_equal(m.engine, engine);
}

static void units(void **state)
{
	(void)state;
	check_unit("/", NULL, UNIT_SYSTEM);
	check_unit("/a.slice/b", NULL, UNIT_SYSTEM);
	check_unit("/.service", NULL, UNIT_SYSTEM);
	check_unit("/init.scope", "init.scope", UNIT_SYSTEM);
	check_unit("/system.slice/nginx.service", "nginx.service", UNIT_SYSTEM);
	check_unit("/system.slice/ssh.socket", "ssh.socket", UNIT_SYSTEM);
	check_unit("/system.slice/_cpu.service", "cpu.service", UNIT_SYSTEM);
	check_unit("/system.slice/system-getty.slice/getty@tty1.service",
		   "getty@tty1.service", UNIT_SYSTEM);
	check_unit("/user.slice/user-1000.slice/session-3.scope",
		   "session-3.scope", UNIT_SYSTEM);
	check_unit(USER, "user@1000.service", UNIT_SYSTEM);
	check_unit(USER "/init.scope", "init.scope", UNIT_USER);
	check_unit(USER "/app.slice/app-gnome\\x2dterminal.scope/sub",
		   "app-gnome\\x2dterminal.scope", UNIT_USER);
	check_unit("/machine.slice/systemd-nspawn@deb.service/payload/"
		   "system.slice/nginx.service", "nginx.service",
		   UNIT_CONTAINER);
	check_unit("/lxc.payload.web/system.slice/nginx.service",
		   "nginx.service", UNIT_CONTAINER);
}

/* Users choose the names in the subtrees that were delegated to them. */
static void forged_units(void **state)
{
	(void)state;
	check_unit("/system.slice/a.service/ssh.service", "a.service",
		   UNIT_SYSTEM);
	check_unit("/system.slice/a.service/system.slice/user@1000.service/b"
		   ".service", "a.service", UNIT_SYSTEM);
	check_unit("/a/ssh.service", NULL, UNIT_SYSTEM);
	check_unit(USER "/x/ssh.service", "user@1000.service", UNIT_SYSTEM);
	check_unit(USER "/x.slice/ssh.service", "ssh.service", UNIT_USER);
	check_unit(USER "/x.slice/user@0.service/ssh.service", "user@0.service",
		   UNIT_USER);
	check_unit("/docker/" ID "/x/user@0.service/ssh.service",
		   "user@0.service", UNIT_CONTAINER);
	manager_of_cgroup(&m, "/../ssh.service");
	assert_int_equal(m.unit_known, PROPERTY_UNREADABLE);
	assert_int_equal(m.container_known, PROPERTY_UNREADABLE);
}

static void containers(void **state)
{
	(void)state;
	check_container("/", NULL, ENGINE_OTHER);
	check_container("/system.slice/nginx.service", NULL, ENGINE_OTHER);
	check_container("/system.slice/docker-" ID ".scope", SHORT,
			ENGINE_DOCKER);
	assert_string_equal(m.unit, "docker-" ID ".scope");
	assert_false(m.in_unit);
	check_container("/docker/" ID, SHORT, ENGINE_DOCKER);
	check_container("/kube/cri-containerd:" ID, SHORT, ENGINE_CONTAINERD);
	check_container("/kubepods/burstable/pod12-34/" ID, SHORT,
			ENGINE_KUBERNETES);
	check_container("/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope",
			SHORT, ENGINE_CRIO);
	check_container("/ecs/task/" ID, SHORT, ENGINE_OTHER);
	check_container("/docker/x" ID, NULL, ENGINE_OTHER);
	check_container("/docker/G" ID "0", NULL, ENGINE_OTHER);
	check_container("/machine.slice/libpod-" ID ".scope/container", SHORT,
			ENGINE_PODMAN);
	assert_false(m.publishes);
	check_container("/machine.slice/libpod-conmon-" ID ".scope", SHORT,
			ENGINE_PODMAN);
	assert_true(m.publishes);
	check_container("/lxc.payload.web/a", "web", ENGINE_LXC);
	check_container("/lxc/web/a", "web", ENGINE_LXC);
	check_container("/lxc", NULL, ENGINE_OTHER);
	check_container("/lxcx/web", NULL, ENGINE_OTHER);
	check_container("/machine.slice/machine-my\\x2dvm.scope", "my-vm",
			ENGINE_MACHINED);
	check_container("/machine.slice/machine-.scope", NULL, ENGINE_OTHER);
	check_container("/machine.slice/machine-vm.service", NULL,
			ENGINE_OTHER);
	check_container("/systemd-nspawn@deb.service/payload", "deb",
			ENGINE_MACHINED);
}

/* Containers below a user or a service are named by these. */
static void nested_containers(void **state)
{
	(void)state;
	check_container("/docker/" ID, SHORT, ENGINE_DOCKER);
	assert_int_equal(m.container_user, MANAGER_NO_USER);
	check_container(USER "/user.slice/libpod-" ID ".scope", SHORT,
			ENGINE_PODMAN);
	assert_int_equal(m.container_user, 1000);
	assert_false(m.in_unit);
	check_container("/system.slice/web.service/libpod-payload-" ID
			"/system.slice/ssh.service", SHORT, ENGINE_PODMAN);
	assert_int_equal(m.container_user, MANAGER_NO_USER);
	assert_true(m.in_unit);
	assert_string_equal(m.unit, "web.service");
}

static const char *address_owner(struct hash *h, u32 part, u64 high, u64 low)
{
	const struct hash_key key = { .part = part, .high = high, .low = low };
	const char *id = NULL;

	hash_find_text(h, &key, &id);
	return id;
}

static u64 bytes(u8 a, u8 b, u8 c, u8 d)
{
	const u8 ip[8] = { a, b, c, d };
	u64 value;

	memcpy(&value, ip, sizeof(value));
	return value;
}

#define CONFIG(running, labels) \
	"{\"StreamConfig\":{},\"State\":{\"Running\":" running ",\"Pid\":7}," \
	"\"Config\":{\"Labels\":{" labels "},\"Volumes\":{\"NetworkSettings\"" \
	":{}}},\"NetworkSettings\":{\"Networks\":{\"bridge\":{\"IPAddress\":" \
	"\"172.17.0.2\",\"IPPrefixLen\":16,\"GlobalIPv6Address\":\"\"}}}," \
	"\"Name\":\"/web\",\"IPAddress\":\"10.0.0.5\"}"

/* Labels are chosen by whoever has built the image. */
static void addresses_of_docker(void **state)
{
	struct hash h = {};

	(void)state;
	proxy_read_addresses(&h, CONFIG("false", ""), "stopped");
	assert_int_equal(h.count, 0);
	proxy_read_addresses(&h, CONFIG("true", "\"IPAddress\":\"10.0.0.1\","
					"\"a\":\"\\\"}},\\\"IPAddress\\\":"
					"\\\"10.0.0.2\\\"\""), "running");
	assert_int_equal(h.count, 1);
	assert_string_equal(address_owner(&h, 2, bytes(172, 17, 0, 2), 0),
			    "running");
	proxy_read_addresses(&h, "{\"State\":{\"Running\":true},"
			     "\"NetworkSettings\":{\"IPAddress\":\"10.0.0", "x");
	proxy_read_addresses(&h, "{\"State\":{\"Running\":true},\"a\\", "x");
	assert_int_equal(h.count, 1);
	hash_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(forged_units),
		cmocka_unit_test(containers),
		cmocka_unit_test(nested_containers),
		cmocka_unit_test(addresses_of_docker),
	};

	return RUN(tests);
}
