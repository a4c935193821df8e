# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the lab's scripts share: where things are, how they talk, how a guest's files are put together, how a run is judged.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${PORTSOCK_CACHE:-$top/.cache}
me=${0##*/}

say() { printf '%s\n' "$*" >&2; }
die() { say "$me: $*"; exit 2; }
note() { if [[ ${verbose:-} ]]; then say "$me: $*"; fi; }

# Waits for the lock named $1 until this shell, or the subshell that called, ends.
lock() {
	mkdir -p "$cache/lock"
	exec 9>"$cache/lock/$1"
	flock 9
}

# Sets tmp to the empty directory $1, to be removed when this script ends. To be called under a lock: what an earlier run, that
# was killed, left there goes away.
fresh_dir() {
	tmp=$1
	rm -rf "$tmp"
	mkdir -p "$tmp"
	trap 'rm -rf "$tmp"' EXIT
}

# Fetches Debian packages (NAME=VERSION ...) into the current directory, without installing them.
apt_download() { apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=2 download "$@"; }

apt_update() {
	if [[ $EUID == 0 || ${APT_CONFIG:-} ]]; then apt-get -qq update; else sudo apt-get -qq update; fi
}

# The mirror that apt is configured to take the release $1 from.
# shellcheck disable=SC2016 # apt expands it
apt_mirror() { apt-get indextargets --format '$(RELEASE) $(SITE)' | sed -n "s/^$1 //p" | head -n1; }

# other_releases SUITE[=MIRROR]...: from here on apt is of a root of its own, which knows these releases of Debian; this system's stays as it is. Their
# package lists are a day old at most, if there is a network.
other_releases() {
	local root=$cache/apt suite
	export APT_CONFIG=$root/apt.conf
	apt_lists=$root/lists
	(
		lock apt
		mkdir -p "$apt_lists/partial" "$root"/{sources,preferences,cache/archives/partial}
		rm -f "$root"/sources/*
		for suite; do
			printf '%s\n' 'Types: deb' "URIs: ${suite#*=}" "Suites: ${suite%%=*}" 'Components: main' "Signed-By: $debian_keys" \
				>"$root/sources/${suite%%=*}.sources"
		done
		cat >"$APT_CONFIG" <<-END
			Dir::State "$root";
			Dir::State::status "/dev/null";
			Dir::Cache "$root/cache";
			Dir::Etc::sourcelist "/dev/null";
			Dir::Etc::sourceparts "$root/sources";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "$root/preferences";
			APT::Architectures { "amd64"; };
			APT::Sandbox::User "root";
			Acquire::Languages "none";
			Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		END
		if [[ ! -e $root/updated || ! $(find "$root/updated" -mtime -1) ]] && apt_update; then touch "$root/updated" "$apt_lists"; fi
	)
}
# other_releases with those whose kernels the lab uses.
other_debian_releases() {
	local codename mirror security
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mirror=$(apt_mirror "$codename") security=$(apt_mirror "$codename-security")
	[[ $mirror && $security ]] || die "apt has no source for $codename and $codename-security (see /etc/apt/sources.list)"
	other_releases "bullseye-security=$security" "bookworm=$mirror" "bookworm-security=$security" "trixie=$mirror" \
		"trixie-security=$security" "trixie-backports=$mirror" "sid=$mirror"
}

# Print the series of this release's stock kernel: 6.1 on Debian 12.
stock_series() {
	local known=$cache/kernel/.stock
	if [[ ! -s $known || $apt_lists -nt $known ]]; then
		mkdir -p "$cache/kernel"
		apt_depends linux-image-cloud-amd64 'linux-image-[0-9].*' | sed -nE 's/^linux-image-([0-9]+\.[0-9]+).*/\1/p' >"$known" || true
	fi
	[[ -s $known ]] || die "apt does not find linux-image-cloud-amd64: expected a Debian release; or choose a kernel (KERNEL=6.1)"
	cat "$known"
}

debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
apt_lists=/var/lib/apt/lists

# Newest version of the package $1 that apt knows.
apt_candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(].*\)/\1/p'; }

# The name in the Depends of package $1 that matches the pattern $2.
apt_depends() {
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',|' '\n' | sed 's/^ *//; s/ .*//' | grep -m1 -xE "$2"
}

# cached_version STORE SERIES: sets version to the one that apt would install, and sees to it that STORE/VERSION is there;
# without a network, the newest there is. The caller defines resolve (sets version) and fetch (makes STORE/VERSION).
cached_version() {
	local resolved=$1/.resolved-$2
	# What was last resolved holds until apt's package lists change.
	if version=$(cat "$resolved" 2>/dev/null) && [[ -e $1/$version && ! $apt_lists -nt $resolved ]]; then return; fi
	if resolve && { [[ -e $1/$version ]] || fetch; }; then
		:
	elif version=$(find -H "$1" -mindepth 1 -maxdepth 1 -name "${2%.x}.*" -printf '%f\n' | sort -V | tail -n1) && [[ $version ]]; then
		say "$me: cannot fetch the newest; using the cached $version"
		return
	elif ! apt_update || ! resolve || ! fetch; then
		die "cannot fetch it, and none is cached (is the network there? what does apt-get update say?)"
	fi
	printf '%s\n' "$version" >"$resolved"
}

# The sources that a module build reads, below the current directory.
module_sources() {
	find Kbuild module tests/kunit tests/bench \( -name '*.[chS]' ! -name '*.mod.c' -o -name Kbuild -o -name Makefile -o -name probes \) 2>/dev/null || true
}

# Makes $1 a build directory whose sources are links into the tree: kernels and suites do not meet each other's objects.
link_sources() {
	local f
	mkdir -p "$1"
	find "$1" -type l ! -exec test -e {} \; -delete
	(cd "$top" && module_sources) | while read -r f; do
		if [[ ! $1/$f -ef $top/$f ]]; then
			mkdir -p "$(dirname "$1/$f")"
			ln -sf "$top/$f" "$1/$f"
		fi
	done
}

# kernel_make KDIR MAKE-ARGUMENTS...: make, with a compiler that is as new as the kernel's: ours, or that of a newer Debian.
kernel_make() {
	local theirs ours run=()
	theirs=$(sed -n 's/^CONFIG_GCC_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$1/.config")
	ours=$(gcc -dumpversion)
	if ((theirs > ${ours%%.*})); then
		run=("$top/tests/lab/toolchain" "$theirs" make)
	elif ((theirs == ${ours%%.*})); then
		run=(make)
	else
		run=(make CC=gcc)
	fi
	"${run[@]}" -C "$@"
}

# build_module DIR TARGET KDIR MAKE-ARGUMENTS...: brings DIR/TARGET up to date; quiet unless it fails. To be called under a lock.
build_module() {
	local dir=$1 target=$2
	shift 2
	[[ -e $top/Kbuild ]] || die "there is no $top/Kbuild to build a module from"
	link_sources "$dir"
	if [[ -e $dir/$target && ! $(find -L "$dir" "$dir/.args" \( -name '*.[chS]' -o -name Kbuild -o -name Makefile -o -name probes -o -name .args \) \
		-newer "$dir/$target" -print -quit) && $(<"$dir/.args") == "$top $*" ]]; then
		return
	fi
	printf '%s\n' "$top $*" >"$dir/.args"	# a cache may be shared by two trees
	note "building $target"
	if ! kernel_make "$1" -s KCFLAGS=-Werror "${@:2}" >"$dir/build.log" 2>&1; then
		sed "s|$dir/||g" "$dir/build.log" >&2
		die "the module does not build: make -C $*"
	fi
	touch "$dir/$target"
}

# How make is told that a module is for user-mode Linux; what we build gets UBSAN too.
# shellcheck disable=SC2034 # used by others
um_make=(ARCH=um SUBARCH=x86_64 UBSAN_SANITIZE=y)

# --- a guest's files

# An empty guest root in $1, with Debian's links. An archive appended to another must have the same ones.
guest_root() {
	mkdir -p "$1"/usr/{bin,sbin,lib,lib64}
	local d
	for d in bin sbin lib lib64; do ln -sfn usr/$d "$1/$d"; done
}

# guest_put ROOT SRC DST: a file or directory, and the libraries that its programs are linked with.
guest_put() {
	local root=$1 src=$2 dst=$3
	[[ -e $src ]] || die "there is no $src to put into the guest"
	mkdir -p "$root$(dirname "$dst")"
	if [[ -d $src ]]; then
		mkdir -p "$root$dst"
		cp -rL "$src/." "$root$dst"
	else
		cp -L "$src" "$root$dst"
	fi
	guest_libraries "$root" "$root$dst"
}

# guest_libraries ROOT PATH: brings what the ELF files at or below PATH are linked with.
guest_libraries() {
	local lib
	{ find "$2" -type f \( -perm /111 -o -name '*.so' \) -exec ldd {} + 2>/dev/null || true; } |
		sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) .*/\1/p' | sort -u |
		while read -r lib; do
			if [[ ! -e $1$lib ]]; then
				mkdir -p "$1${lib%/*}"
				cp -L "$lib" "$1$lib"
			fi
		done
}

# guest_pack ROOT: an archive of it on standard output.
guest_pack() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet); }

# --- a run's verdict

splats='BUG:|scheduling while atomic|sleeping function called from invalid context|WARNING:|KASAN|UBSAN|Oops|general protection|possible .* deadlock|possible .* locking|inconsistent lock state|suspicious RCU|unreferenced object|new suspected memory leaks|rcu.*detected .*stall|soft lockup|blocked for more than|Kernel panic|Call Trace:'

# A kernel that is denied memory says so, with a trace: no fault where faults are injected, unless portsock is in it; the tracer warns then when it
# learns a module's events, whoever's. Nor is a race of two others; nor that of /proc's own look-ups, which set an inode's owner anew each time while
# others are asked about it (pid_revalidate(), in which task_dump_owner() may be inlined), whoever looks up. A user may mount with the option mand
# (warn_mandlock() in fs/namespace.c), which is not a fault.
denied='WARNING:.* event_define_fields'
# 1: that the kernel killed a process in a memory control group that was full is not a fault.
memcg_oom=''
complaints() {
	awk -v denied="$denied" -v memcg_oom="$memcg_oom" '$0 ~ denied { warned = 1 }
		warned { if (/end trace/) warned = 0; next }
		/WARNING: The mand mount option/ { next }
		/BUG: KCSAN: data-race/ { race = $0; next }
		race != "" { race = race "\n" $0; if (!/=====/) next; if (race ~ /\[portsock\]/ && race !~ /data-race in [^\n]*(task_dump_owner|pid_revalidate)/) print race; race = ""; next }
		memcg_oom && /invoked oom-killer:/ { oom = $0; next }
		oom != "" {
			oom = oom "\n" $0
			if (!/oom-kill:constraint=/) next
			if (!/CONSTRAINT_MEMCG/ || oom ~ /BUG:|WARNING:|KASAN|UBSAN/) print oom
			oom = ""; next
		}
		/(vmalloc error|page allocation failure):/ { block = $0; next }
		block == "" { print; next }
		{ block = block "\n" $0 }
		/Mem-Info:/ { if (block ~ /\[portsock\]/) print block; block = "" }
		END { if (warned) print "WARNING: it has no end"; if (block race oom != "") print block race oom }' "$1"
}

# judge REPORT LOG CONSOLE TAINT: 0 when the guest got to its end and nothing went wrong in its kernel. REPORT is what the
# guest's init wrote, LOG becomes the kernel log, CONSOLE is what the kernel printed; TAINT are the bits to be overlooked.
judge() {
	local report=$1 log=$2 console=$3 overlooked=$4 taint bad=
	if [[ $(tail -n1 "$report") != end ]]; then
		cp "$console" "$log"
		say "$me: the guest died before its end; its last words:"
		{ grep -E -m1 -A25 'BUG:|KASAN|Oops|general protection|Kernel panic' "$log" || tail -n15 "$log"; } >&2
		return 1
	fi
	sed '1,/^log$/d; $d' "$report" >"$log"
	if grep -E "$splats" <(complaints "$log") >/dev/null; then
		say "$me: the kernel complained:"
		grep -E -A25 "$splats" <(complaints "$log") | head -n60 >&2
		bad=1
	fi
	if grep -q "$denied" "$log"; then overlooked=$((overlooked | 512)); fi # each other warning is a complaint
	taint=$(sed -n 's/^taint //p; /^log$/q' "$report")
	if ((taint & ~overlooked)); then
		say "$me: the kernel is tainted: $((taint & ~overlooked)) (of $taint)"
		bad=1
	fi
	if sed '/^log$/q' "$report" | grep '^fault ' >/dev/null; then
		sed -n "s/^fault /$me: /p; /^log\$/q" "$report" | head -n60 >&2
		bad=1
	fi
	[[ ! $bad ]]
}

# no_addresses FILE...: 0 when what a guest said has no address of its kernel's in it.
no_addresses() {
	local told
	told=$(grep -ahE -m3 '(^|[^0-9a-f])ffff[89a-f][0-9a-f]{11}([^0-9a-f]|$)' "$@") || return 0
	say "$me: an address of the kernel's was told:"
	say "$told"
	return 1
}
