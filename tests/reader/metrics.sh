# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # fast, V and B are those of run
# portsock metrics: memory, files, and what only a running kernel tells. Sourced by
# run, after special.sh.

# Metrics are counted while the rows go by: only listening ports take memory.
test_metrics_memory() {
	local count few many

	for count in 20000 200000; do
		sed 's/ LISTEN / CLOSE /' "$B"/rows-$count.view \
			>"$B"/no-doors-$count.view
	done
	few=$(peak "$fast" metrics --input "$B"/no-doors-20000.view)
	many=$(peak "$fast" metrics --input "$B"/no-doors-200000.view)
	rm "$B"/no-doors-*.view
	judge "memory metrics" "$few kB for 20000 rows, $many kB for 200000" \
		[ "${few:-0}" -gt 500 -a "$many" -le $((few + few / 10)) ]
}

# However many ports there are, so many series and no more.
test_metrics_bound() {
	"$fast" metrics --input "$B"/rows-200000.view >build/stdout
	judge "metrics bound" "$(wc -l <build/stdout) lines" [ "$(
		grep -c '^portsock_listener_' build/stdout).$(
		sed -n 's/^portsock_listening_ports_left_out{class="system"} //p' build/stdout)" = \
		"$((7 * 1001)).$(($(cut -d ' ' -f 2,3 "$B"/rows-200000.view |
			grep -c LISTEN) - 1000))" ]
}

# Write 200,000 listening ports and connections at each second one of them, in
# random order to $1 and in the view's order to $2.
make_unsorted() {
	/usr/bin/python3 - "$@" <<-'EOF'
	import random, sys
	random.seed(7)
	kinds = ("ESTABLISHED acceptq 2", "SYN_RECV synrecv 0", "TIME_WAIT timewait 0")
	rows = []
	for i in range(200000):
	    port, netns = 1 + i % 65535, 7 + i // 65535
	    rows.append((port, 0, f"tcp {port} LISTEN 0.0.0.0:{port} *:* - 0 5 {i % 2000} {i + 5} {i + 1:x} {netns} 8 - process - - 9/{i}/x"))
	    if i % 2:
	        state, held, uid = random.choice(kinds).split()
	        rows.append((port, 1, f"tcp {port} {state} 10.0.0.1:{port} 10.0.0.2:9 - 0 0 {uid} {i + 5} {i + 300001:x} {netns} 8 - {held} - - -"))
	rows.sort()
	for name in reversed(sys.argv[1:]):
	    with open(name, "w", encoding="ascii") as file:
	        print(f"# portsock 1 netns=7 pidns=1 at=1 took=1 sockets={len(rows)} owners=200000", file=file)
	        print("# PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE COOKIE NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS", file=file)
	        print(*(row[2] for row in rows), sep="\n", file=file)
	    random.shuffle(rows)
	EOF
}

# The order of the rows changes neither the counts nor, by much, the time.
test_metrics_unsorted() {
	local unsorted sorted

	make_unsorted "$B"/unsorted.view "$B"/sorted.view
	sorted=$(user_time "$fast" metrics --input "$B"/sorted.view)
	unsorted=$(user_time "$fast" metrics --input "$B"/unsorted.view)
	judge "metrics unsorted: time" "$unsorted ms, sorted $sorted ms" \
		[ "$unsorted" -le $((4 * sorted + 1000)) ]
	"$fast" metrics --limit 300000 --input "$B"/sorted.view >build/stdout
	judge "metrics unsorted: all ports" "$(wc -l <build/stdout) lines" \
		[ "$(grep -c '^portsock_listener_' build/stdout)" -eq $((7 * 200000)) ]
	judge "metrics unsorted: counts" "" cmp -s build/stdout \
		<("$fast" metrics --limit 300000 --input "$B"/unsorted.view)
	rm "$B"/unsorted.view "$B"/sorted.view
}

# A file is there as a whole, readable as any new file is, or not touched.
test_metrics_output() {
	local place

	place=$(mktemp -d)
	(umask 022; portsock metrics --input "$V"/server.view \
		-o "$place/p.prom") >build/stdout 2>build/stderr
	portsock metrics --input "$V"/server.view | cmp -s - "$place/p.prom"
	judge "metrics file" "$(ls -l "$place")" \
		[ "$?.$(stat -c %a "$place"/*).$(stat -c %s build/stdout)" = 0.644.0 ]
	portsock metrics --input "$V"/cut-row.view -o "$place/p.prom" 2>build/stderr
	expect_error "metrics file of a damaged view" $? 'truncated'
	portsock metrics --input "$V"/server.view | cmp -s - "$place/p.prom"
	judge "metrics file stays as it was" "$(ls "$place")" \
		[ "$?.$(ls "$place")" = 0.p.prom ]
	mkdir "$place/directory"
	portsock metrics --input "$V"/server.view -o "$place/directory" 2>build/stderr
	expect_error "metrics file is a directory" $? 'cannot write'
	judge "metrics file leaves nothing beside it" "$(ls "$place")" \
		[ "$(find "$place" | wc -l)" -eq 3 ]
	rm -r "$place"
}

# make_special KIND PATH: something that is not a regular file.
make_special() {
	case $1 in
	"a FIFO") mkfifo "$2" ;;
	"a device") mknod "$2" c 1 3 ;;
	"a directory") mkdir "$2" ;;
	"a socket") /usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" ;;
	"a symbolic link") ln -s "$place/elsewhere" "$2" ;;
	esac
}

# Only a regular file is replaced. A file behind a link keeps its content.
test_metrics_output_special() {
	local place kind before

	place=$(mktemp -d)
	echo untouched >"$place/elsewhere"
	for kind in "a FIFO" "a device" "a directory" "a socket" "a symbolic link"; do
		if ! make_special "$kind" "$place/p.prom" 2>build/stderr; then
			skip "metrics file is $kind" "$(cat build/stderr)"
			continue
		fi
		before=$(stat -c %F:%i "$place/p.prom")
		portsock metrics --input "$V"/server.view -o "$place/p.prom" \
			2>build/stderr
		expect_error "metrics file is $kind" $? "p.prom: it is $kind: name a"
		judge "metrics file is $kind and stays" "$(ls -l "$place")" \
			[ "$before.$(cat "$place"/elsewhere).$(find "$place" | wc -l)" = \
			"$(stat -c %F:%i "$place/p.prom").untouched.3" ]
		rm -r "$place/p.prom"
	done
	ln -s . "$place/directory"
	portsock metrics --input "$V"/server.view -o "$place/directory/p.prom"
	judge "metrics file in a directory behind a link" "$(ls -l "$place")" \
		[ "$?.$(stat -c %F "$place/p.prom")" = "0.regular file" ]
	rm -r "$place"
}

# What no view says: the range of ephemeral ports, and the module's version.
test_metrics_live() {
	if ! unshare -m true 2>/dev/null; then
		skip "metrics live" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	# shellcheck disable=SC2016
	unshare -m sh -c '
		mount -t tmpfs none /proc && mount -t tmpfs none /sys &&
		mkdir -p /proc/sys/net/ipv4 /sys/module/portsock &&
		cp "$1" /proc/portsock &&
		printf "41000\t41999\n" >/proc/sys/net/ipv4/ip_local_port_range &&
		printf "a\"b\\\\c\nd\n" >/sys/module/portsock/version &&
		exec "$2" metrics' sh "$V"/server.view "$place/portsock" \
		>build/stdout 2>build/stderr
	judge "metrics ephemeral ports" "$(cat build/stdout build/stderr)" \
		[ "$(grep ephemeral_ports build/stdout | grep -v '^#' | sum_up)" = \
		"portsock_ephemeral_ports 1000 tcp 1 udp 0" ]
	judge "metrics label is escaped" "$(grep build_info build/stdout)" \
		grep -qF ',module="a\"b\\c\nd"} 1' build/stdout
	judge "metrics with a label that is escaped" "" \
		/usr/bin/python3 -c 'import sys
from prometheus_client.openmetrics import parser
families = parser.text_string_to_metric_families(sys.stdin.read())
sys.exit(next(families).samples[0].labels["module"] != "a\"b\\c\nd")' <build/stdout
	rm -r "$place"
}

# "name value tcp value udp value" of the series of ephemeral ports.
sum_up() {
	sed -n 's/.*used{proto="\(tcp\|udp\)"}/\1/p; /^portsock_ephemeral_ports /p' |
		tr '\n' ' ' | sed 's/ $//'
}

run_metrics() {
	test_metrics_memory
	test_metrics_bound
	test_metrics_unsorted
	test_metrics_output
	test_metrics_output_special
	test_metrics_live
}
