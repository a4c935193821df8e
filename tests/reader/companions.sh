# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # fast, V and B are those of run
# What comes with the reader: completion of three shells, manual pages. Each
# is compared with what the reader says of itself. Sourced by run.

completions=../../userspace/completion
manual=../../userspace/man

# A portsock for shells to ask: a saved view instead of the kernel's; with
# nothing it says what it says where the module is not loaded.
fake() {
	mkdir -p build/bin
	if [ -n "$1" ]; then
		printf '#!/bin/sh\nexec "%s" "$@" --input "%s"\n' \
			"$PWD/$fast" "$PWD/$1"
	else
		printf '#!/bin/sh\necho "portsock: no module" >&2\nexit 2\n'
	fi >build/bin/portsock
	chmod +x build/bin/portsock
}

# What bash offers for a line whose last word the cursor is at, a word a line.
bash_offers() {
	PATH=$PWD/build/bin:$PATH bash --norc -c '
		source "$1/portsock.bash"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_portsock
		printf "%s\n" "${COMPREPLY[@]}"
		' bash "$completions" "$@" 2>&1
}

fish_offers() {
	HOME=$PWD/build XDG_CONFIG_HOME=$PWD/build/fish \
		PATH=$PWD/build/bin:$PATH fish --no-config -c "
		source $completions/portsock.fish
		complete -C '$1'" 2>&1 | cut -f 1
}

# The file that parses the options of a command.
source_of() {
	case $1 in
	'') echo ../../userspace/options.c ;;
	why) echo ../../userspace/why/why.c ;;
	metrics) echo ../../userspace/metrics/metrics.c ;;
	wait) echo ../../userspace/wait.c ;;
	esac
}

commands() { printf '%s\n' why wait metrics; }

# What a command takes: --long and -x, a word a line.
taken_long() {
	sed -n 's/^\t*{ "\([a-z0-9-]*\)", [a-z]*_argument.*/--\1/p' \
		"$(source_of "$1")"
}

taken_letters() {
	sed -n "s/.*\":\([A-Za-z0-9:]*\)\".*/\1/p" "$(source_of "$1")" |
		tr -d : | sed 's/./-&\n/g' | grep .
}

# same NAME WANTED GOT: the same words, whatever their order.
same() {
	local wanted got

	wanted=$(sort -u <<<"$2") got=$(sort -u <<<"$3")
	if [ "$wanted" = "$got" ]; then
		ok "$1"
	else
		fail "$1" "$(diff <(echo "$wanted") <(echo "$got") | grep '^[<>]' |
			tr '\n' ' ')"
	fi
}

test_bash_completion() {
	local command

	fake "$V"/server.view
	for command in '' $(commands); do
		# shellcheck disable=SC2086
		same "bash: options${command:+ of $command}" \
			"$(taken_long $command; taken_letters $command)" \
			"$(bash_offers portsock $command -)"
	done
	same "bash: commands" "$(printf '%s\n' wait why)" "$(bash_offers portsock w)"
	same "bash: ports" "$(printf '%s\n' 80 8080)" "$(bash_offers portsock -t 80)"
	same "bash: pids" "$(printf '%s\n' 901 902 903 904)" \
		"$(bash_offers portsock -P 90)"
	same "bash: names of processes" "$(printf '%s\n' sshd systemd systemd-resolve)" \
		"$(bash_offers portsock -c s)"
	same "bash: states" "LISTEN,TIME_WAIT" \
		"$(bash_offers portsock --state LISTEN,T)"
	same "bash: HELD values" "$(printf '%s\n' hidden)" \
		"$(bash_offers portsock --held h)"
	same "bash: help" "$(printf '%s\n' wait why)" "$(bash_offers portsock help w)"
	same "bash: unix sockets" "$PWD/cases" "$(bash_offers portsock "$PWD/cas")"
	same "bash: columns" "+COOKIE" "$(bash_offers portsock -o +COO)"
	same "bash: columns after others" "PORT,STATE" \
		"$(bash_offers portsock -o PORT,STA)"
	same "bash: --color=" "always" "$(bash_offers portsock --color = al)"
	same "bash: files" "views/server.view" \
		"$(bash_offers portsock --input views/server)"
	same "bash: ports to wait for" "$(printf '%s\n' 9000 9001)" \
		"$(bash_offers portsock wait listen 900)"
	fake ""
	same "bash: without the module" "" \
		"$(bash_offers portsock 8; bash_offers portsock -P ''; bash_offers portsock -o P)"
	judge "bash: it is registered" "" bash --norc -c \
		". $completions/portsock.bash && complete -p portsock >/dev/null"
}

test_fish_completion() {
	local command

	if ! command -v fish >/dev/null; then
		skip "fish" "it is not installed"
		return
	fi
	judge "fish: syntax" "" fish --no-config -n $completions/portsock.fish
	fake "$V"/server.view
	for command in '' $(commands); do
		same "fish: options${command:+ of $command}" \
			"$(taken_long "$command" | grep -v '^--color')" \
			"$(fish_offers "portsock $command --" | grep -v '^--color')"
	done
	same "fish: ports" "$(printf '%s\n' 80 8080)" "$(fish_offers 'portsock 80')"
	same "fish: pids" "$(printf '%s\n' 901 902 903 904)" \
		"$(fish_offers 'portsock -P 90')"
	same "fish: names of processes" "$(printf '%s\n' sshd systemd systemd-resolve)" \
		"$(fish_offers 'portsock -c s')"
	same "fish: states" "LISTEN,TIME_WAIT" \
		"$(fish_offers 'portsock --state LISTEN,T')"
	same "fish: columns after others" "PORT,STATE" \
		"$(fish_offers 'portsock -o PORT,STA')"
	fake ""
	same "fish: without the module" "" "$(fish_offers 'portsock 8')"
}

# A shell on a terminal of its own, to which a line and a tab are typed.
zsh_offers() {
	HOME=$PWD/build PATH=$PWD/build/bin:$PATH /usr/bin/python3 - \
		"$PWD/$completions/portsock.zsh" "$1" <<-'EOF'
		import fcntl, os, pty, re, select, shutil, struct, sys, termios, time
		place = "build/zsh"
		os.makedirs(place, exist_ok=True)
		shutil.copy(sys.argv[1], place + "/_portsock")
		pid, fd = pty.fork()
		if not pid:
		    os.environ.update(TERM="dumb", COLUMNS="200")
		    os.execvp("zsh", ["zsh", "-f", "-i"])
		fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("4H", 100, 200, 0, 0))
		def until(mark, seconds=20):
		    text, end = "", time.time() + seconds
		    while mark not in text and time.time() < end:
		        if select.select([fd], [], [], 0.2)[0]:
		            text += os.read(fd, 65536).decode("utf-8", "replace")
		    return text
		os.write(fd, f"PS1='READY '; unsetopt zle_bracketed_paste; fpath=($PWD/{place} $fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''; LISTMAX=0; setopt no_beep; bindkey '^X' list-choices; print LOADED\n".encode())
		until("\nLOADED")
		until("READY ", 5)
		os.write(fd, sys.argv[2].encode() + b"\x18")
		told = until("\x00", 4)
		os.write(fd, b"\x15exit\n")
		print("\n".join(re.findall(r"(?<![\w-])(--[a-z0-9-]+|\d+)(?![\w])", told)))
	EOF
}

test_zsh_completion() {
	if ! command -v zsh >/dev/null; then
		skip "zsh" "it is not installed"
		return
	fi
	judge "zsh: syntax" "" zsh -n $completions/portsock.zsh
	fake "$V"/server.view
	same "zsh: options" "$(taken_long)" \
		"$(zsh_offers 'portsock --' | grep -x -- '--[a-z0-9-]*')"
}

# Names that other users choose - a user may call an interface x$(id>pwned) -
# are completed as they are, and nothing in them is run.
test_hostile_names() {
	local name="x\$(id>pwned)" shell words got

	if ! unshare -nm true 2>/dev/null; then
		skip "hostile names" "no network namespace of its own (not root)"
		return
	fi
	for shell in bash zsh fish; do
		for words in 'why --dev x' 'why -N x'; do
			# shellcheck disable=SC2016
			got=$(unshare -nm sh -c '
				mount -t sysfs none /sys && ip link set lo name "$1" &&
				mount -t tmpfs none /run && mkdir -p "/run/netns/$1" &&
				exec ./press-tab "$2" "$3/portsock.$2" "$4"' \
				sh "$name" $shell $completions "$words" 2>&1)
			judge "$shell: a hostile name behind $words" "$got" \
				[ "$got" = "$name" ]
		done
	done
}

# What mandoc finds; that a page it refers to is not installed is no fault.
lint_manual() {
	mandoc -T lint -W style "$1" 2>/dev/null |
		grep -v 'referenced manual not found'
}

# Every option that is taken is in the manual, and no other; so is every column.
test_manual() {
	local page command

	for page in portsock.8 portsock.5; do
		if command -v mandoc >/dev/null; then
			judge "man: $page is clean" "$(lint_manual $manual/$page)" \
				test -z "$(lint_manual $manual/$page)"
		else
			skip "man: $page is clean" "mandoc is not installed"
		fi
	done
	same "man: options" \
		"$(for command in '' $(commands); do
			taken_long "$command"; taken_letters "$command"
		done)" \
		"$(without_what_is_not_there <$manual/portsock.8 |
			sed -n 's/^\.It Fl /Fl /p' |
			grep -oE 'Fl -?[A-Za-z0-9-]+' | sed 's/Fl /-/')"
	same "man: columns" "$("$fast" --list-columns | cut -d ' ' -f 1)" \
		"$(sed -n 's/^\.It Cm \([A-Z_]\{2,\}\( , [A-Z_]*\)*\)$/\1/p' \
			$manual/portsock.[58] | tr ' ,' '\n' | grep . |
			grep -vxE 'BOUND|UNBOUND|UNCONN|CLOSE')"
	same "man: metrics" \
		"$(printf 'portsock_%s\n' ephemeral_ports ephemeral_ports_used
			"$fast" metrics --input "$V"/server.view |
			sed -n 's/_listener_.*/_listener_*/; s/^# TYPE \([a-z_*]*\).*/\1/p')" \
		"$(sed -n 's/^\.It Li \(portsock_.*\)/\1/p' $manual/portsock.8 |
			sed 's/ , /\n/g')"
}

# The sections of commands that this reader has not.
without_what_is_not_there() {
	awk -v there=" $(commands | tr '\n' ' ')" '
		/^\.S[sh] /	{ on = $2 != "portsock" || index(there, " " $3 " ") }
		on'
}

# The manual's examples are commands that work: on a saved view those that need
# no kernel, the others in the VM (tests/e2e/t_metrics.py).
test_manual_examples() {
	local example status

	# With a published port of a container, and a unix socket.
	sed '1s/sockets=29 owners=35/sockets=31 owners=37/' \
		"$V"/server.view >build/examples.view
	cat >>build/examples.view <<-END
	tcp 8090 LISTEN 0.0.0.0:8090 *:* - 0 511 0 60 60 4026531840 812 - process - - 910/4/docker-proxy
	unix - LISTEN /run/app.sock - - 0 5 0 61 61 4026531840 812 - process - - 911/3/app
	END
	fake build/examples.view
	while read -r example; do
		case $example in
		'portsock why'* | 'portsock wait'* | *--leaked*) continue ;;
		esac
		example=${example/\/var\/lib\/prometheus\/node-exporter/build}
		PATH=$PWD/build/bin:$PATH bash -c "$example" >build/stdout 2>build/stderr
		status=$?
		judge "man: $example" "status $status: $(cat build/stderr)" \
			[ "$status.$(stat -c %s build/stderr)" = 0.0 ]
	done < <(sed -n 's/^\.Dl \$ \(portsock .*\)/\1/p' $manual/portsock.8)
	judge "man: examples of the format" "" [ "$(
		sed -n 's/^\.Dl \$ //p' $manual/portsock.5 |
			sed "s|/proc/portsock|$V/contract.view|" | bash | wc -l)" -ge 4 ]
	sed -n '/^# portsock 1/,/^\.Ed/p' $manual/portsock.5 | grep -v '^\.Ed' \
		>build/manual.view
	same "man: the view that is shown" "LISTEN TIME_WAIT" \
		"$("$fast" -aH --raw -o STATE --input build/manual.view | xargs)"
}

run_companions() {
	test_bash_completion
	test_fish_completion
	test_zsh_completion
	test_hostile_names
	test_manual
	test_manual_examples
}
