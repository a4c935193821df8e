# SPDX-License-Identifier: GPL-2.0
# fish completion for portsock(8): ports, pids and columns come from the live
# view; where there is none (the module is not loaded), quietly nothing does.

function __portsock_view
    portsock -a -H --raw -o $argv[1] 2>/dev/null
end

function __portsock_ports
    __portsock_view PORT | string match -r '^\d+$' | sort -nu
end

function __portsock_pids
    __portsock_view OWNERS | string split , | string match -r '^\d+[:/].*' |
        string replace -r '^(\d+)(:\d+)?/\d+/(.*)$' '$1\t$3' | sort -nu
end

function __portsock_comms
    __portsock_view OWNERS | string split , | string replace -rf '^\d+(:\d+)?/\d+/' '' |
        sort -u | string unescape --style=script
end

# Words of a list with commas between them: the last, with the text before it.
function __portsock_list
    set -l before (commandline -ct | string replace -r '^--[a-z]+=' '' | string match -r '^.*,')
    string replace -r '^' "$before" $argv
end

function __portsock_netns
    echo all
    command ls /run/netns 2>/dev/null
    __portsock_pids
end

# COL,COL and +COL: the last name, with what stands before it.
function __portsock_columns
    set -l before (commandline -ct | string replace -r '^--output=' '' | string match -r '^(?:.*,|\+)')
    portsock --list-columns 2>/dev/null | string replace -r '\s+' \t | string replace -r '^' "$before"
end

function __portsock_is
    set -l words (commandline -opc)
    set -l is show
    contains -- "$words[2]" why wait metrics help; and set is $words[2]
    contains -- $is $argv
end

function __portsock_is_first
    test (count (commandline -opc)) -eq 1
end

complete -c portsock -f
complete -c portsock -n __portsock_is_first -a why -d 'would bind() work there, and who is in the way'
complete -c portsock -n __portsock_is_first -a wait -d 'until something listens, or a port is free'
complete -c portsock -n __portsock_is_first -a metrics -d 'OpenMetrics, for monitoring'
complete -c portsock -n __portsock_is_first -a help -d 'options of a command'
complete -c portsock -n '__portsock_is help' -a 'all why wait metrics'
complete -c portsock -n '__portsock_is show; and string match -qr "^[/.]" -- (commandline -ct)' -F
complete -c portsock -n '__portsock_is show why wait' -a '(__portsock_ports)' -d port
complete -c portsock -n '__portsock_is why wait' -a 'tcp udp'
complete -c portsock -n '__portsock_is why' -a connect -d 'which port would connect() get'
complete -c portsock -n '__portsock_is wait' -a 'listen free'
complete -c portsock -s h -l help -d 'how it is used'

complete -c portsock -n '__portsock_is show' -s t -l tcp -d TCP
complete -c portsock -n '__portsock_is show' -s u -l udp -d UDP
complete -c portsock -n '__portsock_is show' -s w -d 'raw sockets'
complete -c portsock -n '__portsock_is show' -s x -l unix -d 'unix sockets'
complete -c portsock -n '__portsock_is show' -s d -l dccp -d DCCP
complete -c portsock -n '__portsock_is show' -s S -l sctp -d SCTP
complete -c portsock -n '__portsock_is show' -s M -l mptcp -d MPTCP
complete -c portsock -n '__portsock_is show' -s 0 -l packet -d 'packet sockets'
complete -c portsock -n '__portsock_is show' -s 4 -l ipv4 -d 'only IPv4 addresses'
complete -c portsock -n '__portsock_is show' -s 6 -l ipv6 -d 'only IPv6 addresses'
complete -c portsock -n '__portsock_is show' -s a -l all -d 'sockets in any state'
complete -c portsock -n '__portsock_is show' -s l -l listening -d 'listening and bound sockets only'
complete -c portsock -n '__portsock_is show' -s n -l numeric -d 'numbers, no names'
complete -c portsock -n '__portsock_is show' -s e -l extended -d 'more columns'
complete -c portsock -n '__portsock_is show' -s r -l resolve -d 'names instead of numbers'
complete -c portsock -n '__portsock_is show why' -s N -l netns -xa '(__portsock_netns)' -d 'network namespace'
complete -c portsock -n '__portsock_is show' -l leaked -d 'listeners that have left their service'
complete -c portsock -n '__portsock_is show' -s p -l processes -d 'ignored: owners are always shown'
complete -c portsock -n '__portsock_is show' -s P -l pid -xa '(__portsock_pids)' -d 'owned by this process'
complete -c portsock -n '__portsock_is show' -s c -l comm -xa '(__portsock_comms)' -d 'owned by processes of this name'
complete -c portsock -n '__portsock_is show' -l state -xa '(__portsock_list LISTEN BOUND UNBOUND UNCONN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK CLOSING)' -d 'in these states'
complete -c portsock -n '__portsock_is show' -l remote -x -d 'connected to this port or address'
complete -c portsock -n '__portsock_is show' -l user -xa '(__fish_complete_users)' -d 'of this user'
complete -c portsock -n '__portsock_is show' -l uid -xa '(__fish_complete_user_ids)' -d 'of this user'
complete -c portsock -n '__portsock_is show' -l inode -x -d 'with this inode number'
complete -c portsock -n '__portsock_is show' -l cookie -x -d 'with this cookie'
complete -c portsock -n '__portsock_is show' -l held -xa '(__portsock_list process timewait synrecv acceptq orphan kernel inflight hidden)' -d 'with these HELD values'
complete -c portsock -n '__portsock_is show why' -s J -l json -d 'one JSON object'
complete -c portsock -n '__portsock_is show' -s j -l jsonl -d 'a JSON object a line'
complete -c portsock -n '__portsock_is show' -l tree -d 'ports, their sockets and owners as a tree'
complete -c portsock -n '__portsock_is show' -l raw -d 'one blank between columns, for scripts'
complete -c portsock -n '__portsock_is show' -l watch -d 'again and again, changes marked'
complete -c portsock -n '__portsock_is show' -s o -l output -xa '(__portsock_columns)' -d 'columns to show'
complete -c portsock -n '__portsock_is show' -l list-columns -d 'which columns there are'
complete -c portsock -n '__portsock_is show' -s H -l no-headings -d "no line with the columns' names"
complete -c portsock -n '__portsock_is show' -s q -l quiet -d 'no remark when nothing matched'
complete -c portsock -n '__portsock_is show' -s W -l wide -d 'cut nothing'
complete -c portsock -n '__portsock_is show' -l color -a 'auto always never' -d 'when to use colour'
complete -c portsock -n '__portsock_is show' -s V -l version -d 'which version this is'
complete -c portsock -n '__portsock_is show why metrics' -l input -rF -d 'a saved view'

complete -c portsock -n '__portsock_is why' -l reuseaddr -d 'with SO_REUSEADDR'
complete -c portsock -n '__portsock_is why' -l reuseport -d 'with SO_REUSEPORT'
complete -c portsock -n '__portsock_is why' -l v6only -d 'with IPV6_V6ONLY'
complete -c portsock -n '__portsock_is why' -l dev -xa '(command ls /sys/class/net)' -d 'bound to an interface'
complete -c portsock -n '__portsock_is why' -l uid -xa '(__fish_complete_user_ids)' -d 'as that user'
complete -c portsock -n '__portsock_is why' -l unit -xa '(command ls /sys/fs/cgroup/system.slice 2>/dev/null)' -d 'as a process of a systemd unit'
complete -c portsock -n '__portsock_is why' -l cgroup -rF -d 'as a process of a cgroup'
complete -c portsock -n '__portsock_is why' -l no-listen -d 'bind() only'
complete -c portsock -n '__portsock_is why' -l from -x -d 'local address of connect()'
complete -c portsock -n '__portsock_is why' -l probe -d 'really try as well'

complete -c portsock -n '__portsock_is wait' -l timeout -x -d 'give up after so many seconds'

complete -c portsock -n '__portsock_is metrics' -s o -l output -rF -d 'write this file as a whole'
complete -c portsock -n '__portsock_is metrics' -l limit -x -d 'listening ports with series of their own'
