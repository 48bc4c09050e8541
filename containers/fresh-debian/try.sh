#!/usr/bin/env bash
# Runs the two README commands on a fresh Debian or Ubuntu that has git and python3 and nothing else, twice in a row,
# on a clone of this checkout's last commit in a path with a space.
#
#     sudo containers/fresh-debian/try.sh [--keep]
#
# Needs root, mmdebstrap or debootstrap, and the network; no container engine and no registry. The release and the
# mirror are this machine's own, from its apt configuration.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
fresh=$work/root
[ "${1:-}" = --keep ] && echo "the file system stays in $fresh" || trap 'rm -rf --one-file-system "$work"' EXIT

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Codename: $suite" | head -n 1)
packages=ca-certificates,git,mount,python3 # mount is for this script alone

echo "== a fresh $suite with $packages"
if command -v mmdebstrap >/dev/null; then
    apt-config dump Acquire >"$work/apt.conf" # proxies above all
    mmdebstrap --quiet --variant=apt --include=$packages --aptopt="$work/apt.conf" "$suite" "$fresh" "$mirror"
else
    debootstrap --variant=minbase --include=$packages "$suite" "$fresh" "$mirror" >/dev/null
fi

# How this machine reaches the network, so that the fresh one does too.
network=${SSL_CERT_FILE:+SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt}
for name in http_proxy https_proxy no_proxy; do
    network+=" ${!name:+$name=${!name}}"
done
cp --dereference /etc/resolv.conf "$fresh/etc/resolv.conf"
cp --dereference /etc/ssl/certs/ca-certificates.crt "$fresh/etc/ssl/certs/ca-certificates.crt"
{
    echo '[global]'
    for key in index-url trusted-host proxy timeout; do
        value=$(python3 -m pip config get "global.$key" 2>/dev/null) && echo "$key = $value"
    done
    true
} >"$fresh/etc/pip.conf"

git clone --quiet "$checkout" "$fresh/srv/a fresh clone"

# Runs a command line in the clone. The file system becomes the root of a mount namespace of its own: in a mere chroot
# the kernel would refuse bubblewrap its namespaces.
inside() {
    unshare --mount --pid --fork bash -euc '
        mount --bind "$0" "$0"
        cd "$0"
        mount -t proc proc proc
        mount --rbind /dev dev
        pivot_root . mnt
        exec chroot . env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive $2 \
            bash -euc "umount --lazy /mnt; cd \"/srv/a fresh clone\"; $1"
    ' "$fresh" "$1" "$network" </dev/null
}

echo "== what is missing is named before anything is downloaded"
code=0
said=$(inside 'python3 dev.py demo' 2>&1) || code=$?
echo "$said"
[ "$code" = 2 ] || { echo "expected exit code 2, not $code" >&2; exit 1; }

echo "== what it said to paste"
inside "$(sed -n 's/^  //p' <<<"$said")"

for turn in first second; do
    echo "== the $turn time"
    inside 'python3 dev.py test'
    inside 'python3 dev.py demo'
done
echo "== both commands passed, twice"
