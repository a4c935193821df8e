#compdef portsock
# SPDX-License-Identifier: GPL-2.0
# zsh completion for portsock(8): ports, pids and columns come from the live
# view; where there is none (the module is not loaded), quietly nothing does.

_portsock_view() { portsock -a -H --raw -o $1 2>/dev/null }

_portsock_ports() {
	local -a ports
	ports=(${(f)"$(_portsock_view PORT | grep -x '[0-9]*' | sort -nu)"})
	compadd -X port -a ports
}

_portsock_pids() {
	local -a pids
	pids=(${(f)"$(_portsock_view OWNERS | tr , '\n' |
		sed -n 's|^\([0-9]*\)\(:[0-9]*\)*/[0-9]*/\(.*\)|\1:\3|p' | sort -nu)"})
	_describe process pids
}

_portsock_comms() {
	local -a comms
	comms=(${(fu)"$(_portsock_view OWNERS | tr , '\n' |
		sed -n 's|^[0-9]*\(:[0-9]*\)*/[0-9]*/||p')"})
	comms=(${(g:o:)comms})
	compadd -X process -a comms
}

# Words of a list with commas between them.
_portsock_states() {
	compset -P '*,'
	compadd -S '' -X state LISTEN BOUND UNBOUND UNCONN ESTABLISHED SYN_SENT \
		SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK \
		CLOSING
}

_portsock_held() {
	compset -P '*,'
	compadd -S '' -X HELD process timewait synrecv acceptq orphan kernel \
		inflight hidden
}

_portsock_netns() {
	compadd -X 'network namespace' -- all /run/netns/*(N:t)
	_portsock_pids
}

# COL,COL and +COL
_portsock_columns() {
	local -a columns
	columns=(${(f)"$(portsock --list-columns 2>/dev/null | sed 's/ .*//')"})
	compset -P '*,' || compset -P '+'
	compadd -S '' -X column -a columns
}

_portsock_place() {
	compadd tcp udp
	_portsock_ports
}

_portsock_first() {
	local -a commands
	commands=(
		'why:would bind() work there, and who is in the way'
		'wait:until something listens, or a port is free'
		'metrics:OpenMetrics, for monitoring'
		'help:options of a command'
	)
	((CURRENT == 2)) && _describe command commands
	if [[ $PREFIX == [/.]* ]]; then
		_files
	else
		_portsock_ports
	fi
}

_portsock() {
	case $words[2] in
	why)
		((CURRENT > 2)) && shift words && ((CURRENT--)) && _arguments \
			'--reuseaddr[with SO_REUSEADDR]' \
			'--reuseport[with SO_REUSEPORT]' \
			'--v6only[with IPV6_V6ONLY]' \
			'--dev[bound to an interface]:interface:_net_interfaces' \
			'--uid[as that user]:uid:' \
			'--unit[as a process of a systemd unit]:unit:' \
			'--cgroup[as a process of a cgroup]:cgroup:_files -/ -W /sys/fs/cgroup' \
			'--no-listen[bind() only]' \
			'--from[local address of connect()]:address:' \
			'--probe[really try as well]' \
			'(-N --netns)'{-N,--netns}'[network namespace]:netns:_portsock_netns' \
			'--input[a saved view]:view:_files' \
			'(-J --json)'{-J,--json}'[one JSON object]' \
			'(-h --help)'{-h,--help}'[how it is used]' \
			'*:place:_portsock_place' && return
		;;
	wait)
		((CURRENT > 2)) && shift words && ((CURRENT--)) && _arguments \
			'--timeout[give up after so many seconds]:seconds:' \
			'(-h --help)'{-h,--help}'[how it is used]' \
			'1:for what:(listen free)' \
			'*:place:_portsock_place' && return
		;;
	metrics)
		((CURRENT > 2)) && shift words && ((CURRENT--)) && _arguments \
			'(-o --output)'{-o,--output}'[write this file as a whole]:file:_files' \
			'--limit[listening ports with series of their own]:number:' \
			'--input[a saved view]:view:_files' \
			'(-h --help)'{-h,--help}'[how it is used]' && return
		;;
	help)
		((CURRENT == 3)) && compadd all why wait metrics && return
		;;
	esac
	_arguments -s \
		'(-t --tcp)'{-t,--tcp}'[TCP]' \
		'(-u --udp)'{-u,--udp}'[UDP]' \
		'-w[raw sockets]' \
		'(-x --unix)'{-x,--unix}'[unix sockets]' \
		'(-d --dccp)'{-d,--dccp}'[DCCP]' \
		'(-S --sctp)'{-S,--sctp}'[SCTP]' \
		'(-M --mptcp)'{-M,--mptcp}'[MPTCP]' \
		'(-0 --packet)'{-0,--packet}'[packet sockets]' \
		'(-4 --ipv4)'{-4,--ipv4}'[only IPv4 addresses]' \
		'(-6 --ipv6)'{-6,--ipv6}'[only IPv6 addresses]' \
		'(-a --all)'{-a,--all}'[sockets in any state]' \
		'(-l --listening)'{-l,--listening}'[listening and bound sockets only]' \
		'(-n --numeric)'{-n,--numeric}'[numbers, no names]' \
		'(-e --extended)'{-e,--extended}'[more columns]' \
		'(-r --resolve)'{-r,--resolve}'[names instead of numbers]' \
		'(-N --netns)'{-N,--netns}'[network namespace]:netns:_portsock_netns' \
		'--leaked[listeners that have left their service]' \
		'(-p --processes)'{-p,--processes}'[ignored: owners are always shown]' \
		'*'{-P,--pid}'[owned by this process]:pid:_portsock_pids' \
		'*'{-c,--comm}'[owned by processes of this name]:name:_portsock_comms' \
		'*--state[in these states]:state:_portsock_states' \
		'*--remote[connected to this port or address]:remote:' \
		'*'{--user,--uid}'[of this user]:user:_users' \
		'*--inode[with this inode number]:inode:' \
		'*--cookie[with this cookie]:cookie:' \
		'*--held[with these HELD values]:held:_portsock_held' \
		'(-J --json)'{-J,--json}'[one JSON object]' \
		'(-j --jsonl)'{-j,--jsonl}'[a JSON object a line]' \
		'--tree[ports, their sockets and owners as a tree]' \
		'--raw[one blank between columns, for scripts]' \
		'--watch=-[again and again, changes marked]::seconds:' \
		'(-o --output)'{-o,--output}'[columns to show]:columns:_portsock_columns' \
		'--list-columns[which columns there are]' \
		'(-H --no-headings)'{-H,--no-headings}"[no line with the columns' names]" \
		'(-q --quiet)'{-q,--quiet}'[no remark when nothing matched]' \
		'(-W --wide)'{-W,--wide}'[cut nothing]' \
		'--color=-[when to use colour]::when:(auto always never)' \
		'--input[a saved view]:view:_files' \
		'(-h --help)-h[how it is used]' \
		'(-h --help)--help=-[how it is used]::all:(all)' \
		'(-V --version)'{-V,--version}'[which version this is]' \
		'*:port:_portsock_first'
}

_portsock "$@"
