# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0
# How a kernel of our own is made of Debian's 6.1 source; for after lib.sh. The caller defines kmake (make, as this kernel wants it),
# configs (its fragments' names), and patches (functions that change the source, if any).

fragments=() patches=()

# kernel_key: sets source, fragments, and key, which changes with all that this kernel is made from.
kernel_key() {
	source=$("$top/tests/lab/source")
	fragments=("${configs[@]/#/$top/tests/lab/config/}")
	fragments=("${fragments[@]/%/.config}")
	key=$({ [[ ! ${patches[*]} ]] || declare -f "${patches[@]}"; echo "${source##*/}" && gcc --version && cat "${fragments[@]}"; } | sha256sum | cut -c1-16)
}

configure() {
	kmake "$1" -s tinyconfig &&
		(cd "$1" && scripts/kconfig/merge_config.sh -m .config "${fragments[@]}") &&
		kmake "$1" -s olddefconfig
}

# merge_config does not say what got lost.
check_config() {
	local line lost=
	while read -r line; do
		case $line in
		'# CONFIG_'*' is not set') line=${line#\# } && ! grep -q "^${line%% *}=" "$1/.config" || lost+=" $line" ;;
		CONFIG_*) grep -qxF "$line" "$1/.config" || lost+=" $line" ;;
		esac
	done < <(cat "${fragments[@]}")
	[[ ! $lost ]] || die "these wanted lines did not make it into .config:$lost"
}

# compile DIR TARGETS...
compile() {
	# A line for every few hundred of make's; the rest is for the log.
	kmake "$1" -j"$(nproc)" "${@:2}" 2>&1 | tee "$1/build.log" |
		awk -v me="$me" '/^  (CC|AR|LD)/ && ++n % 400 == 0 { print me ": " n " steps" > "/dev/stderr" }' ||
		{ tail -n20 "$1/build.log" >&2; die "the kernel does not build"; }
}

# make_kernel DIR TARGETS...: unpacks the source into DIR and builds it there.
make_kernel() {
	local patch
	mkdir -p "$1"
	tar -C "$1" -xJf "$source/linux.tar.xz" --strip-components=1
	for patch in "${patches[@]}"; do "$patch" "$1"; done
	configure "$1" >"$1/build.log" 2>&1 || { cat "$1/build.log" >&2; die "the kernel cannot be configured"; }
	check_config "$1"
	compile "$@"
}

# Keeps what building modules against it reads.
prune() {
	(
		cd "$1" || exit
		find . -mindepth 1 -maxdepth 1 -type d ! -name arch ! -name include ! -name scripts ! -name tools -exec rm -rf {} +
		find tools ! -type d ! -path tools/objtool/objtool -delete
		rm -rf include/dt-bindings
		find arch scripts -type f ! \( -name '*.h' -o -name 'Makefile*' -o -name 'Kconfig*' -o -name Kbuild -o -name '*.lds' \
			-o -perm /111 -o -name '*.sh' -o -path 'scripts/*.include' -o -path 'scripts/Makefile*' -o -name '*.o' -path 'scripts/*' \) -delete
		find arch -mindepth 1 -maxdepth 1 ! -name um ! -name x86 -exec rm -rf {} +
		rm -f vmlinux* .vmlinux* build.log
		find . -type d -empty -delete
	)
}
