# SPDX-License-Identifier: GPL-2.0
# The verbs a person uses; `make help` lists them. What is built and how is said in Kbuild and userspace/Makefile.

KDIR   ?= /lib/modules/$(shell uname -r)/build
# The header, for in Debian's headers kernel.release is not what uname -r says.
KVER    = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(shell uname -r))
PREFIX ?= /usr/local
MODDIR  = $(DESTDIR)/lib/modules/$(KVER)/updates

all: reader module ## build module/portsock.ko (KDIR=kernel-build-dir) and userspace/portsock

help: ## this list
	@sed -n 's/^\([a-z -]*\):.* ## /\1: /p' Makefile | sed 's/: /\t/' | \
		awk -F'\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

module:
	@test -e $(KDIR)/Makefile || { echo "make: no kernel to build for at $(KDIR): install linux-headers-$(KVER), or give" \
		"KDIR= (make demo, check and lab fetch their own)" >&2; exit 2; }
	@$(MAKE) -C $(KDIR) M=$(CURDIR) modules

reader userspace/portsock:
	@$(MAKE) -C userspace portsock

static: ## build userspace/portsock-static: the reader for an initramfs (with musl where there is musl-gcc)
	@$(MAKE) -C userspace static

mksock:
	@$(MAKE) -s -C tests/helpers mksock

deps: ## install what building and testing need (Debian; sudo when not root)
	@tests/lab/deps

demo: deps ## who is at which port: the story, told by a real kernel in a small VM
	@tests/demo/run

lab: deps ## a shell in such a VM, portsock loaded, some servers to look at (KERNEL=6.12; GDB=1: it waits for gdb, with symbols; MONITOR=SOCKET: for tests/lab/dump)
	@$(if $(GDB)$(MONITOR),tests/lab/deps lab)
	@$(MAKE) -s static mksock
	@tests/lab/vm -v $(if $(KERNEL),--kernel $(KERNEL)) $(if $(GDB),--gdb 127.0.0.1:1234) $(if $(MONITOR),--monitor $(MONITOR)) --put userspace/portsock-static:/portsock/portsock --put tests/helpers/mksock --shell

check: deps ## all tests; the last line counts them (or one group: check-lint -unit -reader -kunit -e2e -access -docs -oracle -conflict -rt -bench -cost)
	@tests/check

check-lint check-unit check-reader check-kunit check-e2e check-access check-docs check-oracle check-conflict check-rt check-bench check-cost: deps
	@tests/check $(@:check-%=%)

oracle: deps ## sockets at random, each row compared with what is so (SEEDS=1-1000 KERNEL=6.12)
	@SEEDS='$(SEEDS)' KERNEL='$(KERNEL)' tests/oracle/run

matrix: deps ## the scenarios on every kernel of Debian's (KERNELS="5.10 6.12-rt 7.x" MACHINES="no-ipv6 one-cpu small"; an hour)
	@tests/lab/deps matrix
	@tests/matrix/run

stress: deps ## sockets, processes and the module come and go beside readers (MINUTES=2 KERNEL=6.1 or kasan, kcsan)
	@MINUTES='$(or $(MINUTES),2)' KERNEL='$(KERNEL)' tests/stress/run

torture: deps ## stress-ng, trinity and the kernel's own network selftests beside readers and the module (MINUTES=10 KERNEL=6.1, 6.12-rt or kasan)
	@tests/lab/deps torture
	@MINUTES='$(or $(MINUTES),10)' KERNEL='$(KERNEL)' tests/torture/run

check-debug: deps ## all of it on kernels whose own checkers are on: KASAN, lockdep, kmemleak, fault injection; KCSAN (an hour and a half or more)
	@tests/debug/run

fuzz-file: deps ## system calls on the file in any order, filters by a grammar, under KASAN (MINUTES=30 KERNEL=kasan or uml)
	@MINUTES='$(or $(MINUTES),30)' KERNEL='$(KERNEL)' tests/filefuzz/run

blind-spots: deps ## what ss, lsof, netstat and fuser say of sockets that they do not explain, beside portsock: README's table
	@tests/blind/run

fuzz: ## damaged views, rows and filters, made by libFuzzer (SECONDS=60 in all)
	@tests/lab/deps fuzz
	@tests/fuzz/run $(or $(SECONDS),60)

conflict: deps ## sockets at random, what portsock why says beside what bind() does (SEEDS=1-10000 KERNEL=6.12)
	@SEEDS='$(SEEDS)' KERNEL='$(KERNEL)' tests/conflict/run

bench: deps ## what a view costs in instructions, beside ss, lsof, netstat ... (LOAD=a|b|c|d|1m: 2,000 to a million sockets; port, process, processes, namespaces)
	@tests/lab/deps bench
	@LOAD='$(or $(LOAD),b)' KERNEL='$(KERNEL)' tests/bench/run

deb: ## Debian packages in packaging/build: portsock, and portsock-dkms with the module's source
	@tests/lab/deps packages
	@packaging/deb

check-packages: ## packages built, installed, upgraded and removed in a clean Debian 12, and booted; a quarter of an hour (as root)
	@tests/lab/deps packages
	@tests/packages/run

check-server: deps ## a Debian 12 server with some fifty daemons in the lab VM: rows, owners, why, --leaked and metrics beside ss, bind() and each daemon (as root; makes an image once; KERNEL=6.12)
	@tests/lab/deps server
	@KERNEL='$(KERNEL)' tests/server/run

plot: deps ## README.md's picture of cost against sockets, of the loads that make bench has measured
	@tests/lab/deps pictures
	@tests/bench/plot

pictures: deps ## the pictures of README.md, made of what a terminal shows
	@tests/lab/deps pictures
	@tests/pictures/run

check-fleet: deps ## a host in the lab VM loses a listener, a real Prometheus raises the alert; rules, units, dashboard
	@tests/lab/deps fleet
	@KERNEL='$(KERNEL)' tests/fleet/run

check-lab: deps ## a VM seen by gdb, drgn, crash and tracers, what they say beside the view (fetches 300 MB of kernel symbols once; KERNEL=6.12)
	@tests/lab/deps lab
	@KERNEL='$(KERNEL)' tests/lab/check-gdb
	@KERNEL='$(KERNEL)' SEEDS='$(SEEDS)' tests/vmcore/run

load: ## insert module/portsock.ko into the running kernel
	@test -e module/portsock.ko || { echo "make: module/portsock.ko is not built; run make" >&2; exit 2; }
	@test ! -e /sys/module/portsock || { echo "make: portsock is loaded already" >&2; exit 2; }
	insmod module/portsock.ko

unload: ## and take it out again
	@test -e /sys/module/portsock || { echo "make: portsock is not loaded" >&2; exit 2; }
	rmmod portsock

install: all ## install both (DESTDIR=, PREFIX=/usr/local)
	install -D -m 644 module/portsock.ko $(MODDIR)/portsock.ko
	@$(MAKE) -C userspace install
	test -n "$(DESTDIR)" || depmod $(KVER)

uninstall: ## remove what install put there
	rm -f $(MODDIR)/portsock.ko
	rmdir $(MODDIR) 2>/dev/null || true
	@$(MAKE) -C userspace uninstall
	test -n "$(DESTDIR)" || depmod $(KVER)

clean: ## remove what builds made; the downloads and kernels in .cache stay
	@find . -path ./.cache -prune -o -path ./.git -prune -o -type f \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name modules.order -o -name Module.symvers \) -exec rm -f {} +
	@for dir in userspace tests/helpers tests/unit tests/fuzz tests/conflict tests/stress tests/filefuzz tests/rt; do if test -e $$dir/Makefile; then $(MAKE) -s -C $$dir clean; fi; done
	@rm -rf packaging/build

.PHONY: all help module reader userspace/portsock static mksock deps demo lab check check-lint check-unit check-reader check-kunit check-e2e check-access check-docs check-oracle check-conflict check-rt check-bench check-cost oracle conflict bench fuzz fuzz-file stress torture check-debug blind-spots matrix deb check-packages check-server plot pictures check-fleet check-lab \
	load unload install uninstall clean
