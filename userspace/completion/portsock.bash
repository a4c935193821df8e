# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for portsock(8): ports, pids and columns come from the live
# view; where there is none (the module is not loaded), quietly nothing does.

_portsock_states=$'LISTEN\nBOUND\nUNBOUND\nUNCONN\nESTABLISHED\nSYN_SENT\nSYN_RECV
FIN_WAIT1\nFIN_WAIT2\nTIME_WAIT\nCLOSE\nCLOSE_WAIT\nLAST_ACK\nCLOSING'
_portsock_held=$'process\ntimewait\nsynrecv\nacceptq\norphan\nkernel\ninflight
hidden'

_portsock_view() { portsock -a -H --raw -o "$1" 2>/dev/null; }
_portsock_ports() { _portsock_view PORT | grep -x '[0-9]*' | sort -nu; }
_portsock_pids() {
	_portsock_view OWNERS | tr ',' '\n' | sed -n 's|^\([0-9]*\)[:/].*|\1|p' |
		sort -nu
}
# Names of owners, as -c takes them: \ooo is one byte.
_portsock_comms() {
	local comm

	_portsock_view OWNERS | tr ',' '\n' |
		sed -n 's|^[0-9]*\(:[0-9]*\)*/[0-9]*/||p' | sort -u |
		while IFS= read -r comm; do printf '%b\n' "${comm//\\/\\0}"; done
}
_portsock_columns() {
	portsock --list-columns 2>/dev/null | sed 's/[[:space:]].*//'
}
_portsock_netns() {
	echo all
	(cd /run/netns 2>/dev/null && printf '%s\n' *) | grep -vxF '*'
	_portsock_pids
}

# Offer the lines of a list that begin with the word before the cursor. Other
# users choose some of these names, so they are quoted and never expanded:
# compgen -W would run a command substitution in the name of an interface.
_portsock_offer() {
	local name quoted

	COMPREPLY=()
	while IFS= read -r name; do
		printf -v quoted %q "$name"
		if [[ $name && ($name == "$2"* || $quoted == "$2"*) ]]; then
			COMPREPLY+=("$quoted")
		fi
	done <<<"$1"
}

# The last word of WORD,WORD or +WORD; the text before it stays.
_portsock_offer_list() {
	local before="" i

	case $2 in
	*,*) before=${2%,*}, ;;
	+*) before=+ ;;
	esac
	_portsock_offer "$1" "${2#"$before"}"
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=$before${COMPREPLY[i]}
	done
	compopt -o nospace 2>/dev/null || true
}

_portsock_offer_files() {
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
	compopt -o filenames 2>/dev/null || true
}

_portsock_options() {
	case $1 in
	why)
		printf '%s\n' --reuseaddr --reuseport --v6only --dev --uid \
			--unit --cgroup --no-listen --from --probe -N --netns --input \
			-J --json -h --help
		;;
	wait) printf '%s\n' --timeout -h --help ;;
	metrics) printf '%s\n' -o --output --limit --input -h --help ;;
	help) ;;
	*)
		printf '%s\n' -t --tcp -u --udp -w -x --unix -d --dccp -S --sctp \
			-M --mptcp -0 --packet -4 --ipv4 -6 --ipv6 -a --all \
			-l --listening -n --numeric -e --extended -r --resolve \
			-p --processes -N --netns --leaked -P --pid -c --comm \
			--state --remote --user --uid --inode --cookie --held \
			-J --json -j --jsonl --tree --raw --watch -o --output \
			--list-columns -H --no-headings -q --quiet -W --wide \
			--color --input -h --help -V --version
		;;
	esac
}

# The argument of the option before the cursor; false if it takes none.
_portsock_argument() {
	local command=$1 option=$2 cur=$3

	case $command:$option in
	metrics:-o | metrics:--output | *:--input) _portsock_offer_files "$cur" ;;
	show:-o | show:--output) _portsock_offer_list "$(_portsock_columns)" "$cur" ;;
	show:-P | show:--pid) _portsock_offer "$(_portsock_pids)" "$cur" ;;
	show:-c | show:--comm) _portsock_offer "$(_portsock_comms)" "$cur" ;;
	show:--state) _portsock_offer_list "$_portsock_states" "$cur" ;;
	show:--held) _portsock_offer_list "$_portsock_held" "$cur" ;;
	show:--user | show:--uid) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	show:--help) _portsock_offer all "$cur" ;;
	show:-N | show:--netns | why:-N | why:--netns)
		_portsock_offer "$(_portsock_netns)" "$cur" ;;
	show:--color) _portsock_offer $'auto\nalways\nnever' "$cur" ;;
	why:--dev)
		_portsock_offer "$(cd /sys/class/net && printf '%s\n' *)" "$cur" ;;
	why:--uid) _portsock_offer "$(id -u)" "$cur" ;;
	why:--from | wait:--timeout | metrics:--limit | show:--watch | show:--remote | \
		show:--inode | show:--cookie) ;;
	*) return 1 ;;
	esac
}

_portsock_words() {
	case $1 in
	why) printf '%s\n' tcp udp connect ;;
	wait) printf '%s\n' listen free tcp udp ;;
	metrics) return ;;
	help) printf '%s\n' all why wait metrics; return ;;
	show) if [[ $2 == 1 ]]; then printf '%s\n' why wait metrics help; fi ;;
	esac
	_portsock_ports
}

_portsock() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=show

	COMPREPLY=()
	case ${COMP_WORDS[1]} in
	why | wait | metrics | help)
		if [[ $COMP_CWORD -gt 1 ]]; then command=${COMP_WORDS[1]}; fi ;;
	esac
	# --color=al is three words to bash: --color, = and al.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $prev == --color || $prev == --watch || $prev == --help ]]; then
		prev=	# their argument follows a = only
	fi
	if [[ $prev == -* ]] && _portsock_argument "$command" "$prev" "$cur"; then
		return
	fi
	if [[ $cur == [/.]* && $command == show ]]; then
		_portsock_offer_files "$cur"
	elif [[ $cur == -* ]]; then
		_portsock_offer "$(_portsock_options "$command")" "$cur"
	else
		_portsock_offer "$(_portsock_words "$command" "$COMP_CWORD")" "$cur"
	fi
}

complete -F _portsock portsock
