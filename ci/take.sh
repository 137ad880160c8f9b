#!/usr/bin/env bash
# Takes one folder of one commit as data. Nothing is checked out: git hands out the bytes of each file by its hash, so that
# no hook, filter, attribute, submodule, link or LFS pointer of the commit means anything, and nothing else of it is read.
# What is not a plain file of modest size with a plain name is refused; hidden files are left where they are.
#   take.sh COMMIT FOLDER TARGET   the commit's full hash; its folder, such as policy; where that is put: TARGET/FOLDER
#   take.sh --tip BRANCH           prints the hash of a branch's last commit, nothing where there is no such branch
#   FETCH_URL    address of the repository
#   FETCH_USER, FETCH_TOKEN   who may read it, where that is needed
# Ends with 0, or 1 with the reason.
set -euo pipefail
export LC_ALL=C

commit=$1 folder=$2 target=${3:-}
url=${FETCH_URL:?is not set: name the repository} user=${FETCH_USER:-} token=${FETCH_TOKEN:-}
max_files=1000 max_bytes=$((1 << 20)) max_total=$((16 << 20))

refuse() {
  echo "$1" >&2
  exit 1
}
if [[ $commit == --tip ]]; then
  [[ $folder =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$ ]] || refuse "The branch has no plain name."
else
  [[ $commit =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] || refuse "The commit of the change is not named by its full hash."
  [[ $folder =~ ^[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_])?$ && $folder != *..* && $folder != *//* && $folder != */.* ]] ||
    refuse "Put the policy into a folder of its own, such as policy/acme.yaml: that folder alone is taken from a change."
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# git is told nothing of the job: no credential of the org, no settings of the machine, and its token in no command line.
for name in $(compgen -e); do
  case $name in
    PATH | TMPDIR | LC_ALL | [Hh][Tt][Tt][Pp]*_[Pp][Rr][Oo][Xx][Yy] | [Nn][Oo]_[Pp][Rr][Oo][Xx][Yy] | SSL_CERT_* | GIT_SSL_CAINFO) ;;
    *) unset "$name" ;;
  esac
done
export HOME=$work GIT_DIR=$work/git GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_NO_LAZY_FETCH=1
export GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_COUNT=0
setting() {
  export "GIT_CONFIG_KEY_$GIT_CONFIG_COUNT=$1" "GIT_CONFIG_VALUE_$GIT_CONFIG_COUNT=$2"
  GIT_CONFIG_COUNT=$((GIT_CONFIG_COUNT + 1))
}
setting protocol.allow never
setting protocol.https.allow always
setting protocol.file.allow always
setting http.followRedirects false
setting fetch.fsckObjects true
if [[ -n $token ]]; then
  setting "http.$url.extraHeader" "Authorization: Basic $(printf '%s:%s' "$user" "$token" | base64 | tr -d '\n')"
fi

if [[ $commit == --tip ]]; then
  timeout 60 git ls-remote --refs "$url" "refs/heads/$folder" | cut -f1
  exit
fi

git init -q --bare --template= --object-format="$([[ ${#commit} == 64 ]] && echo sha256 || echo sha1)" "$GIT_DIR"
timeout 300 git fetch -q --no-tags --no-recurse-submodules --no-auto-gc --depth 1 --filter "blob:limit=$((max_bytes + 1))" "$url" "$commit" ||
  refuse "The commit of the change could not be fetched."
# Larger files stay where they are: from here on nothing more is fetched, by an older git neither.
git config --unset-all extensions.partialClone || true
git config --remove-section "remote.$url" 2>/dev/null || true
[[ $(git rev-parse FETCH_HEAD) == "$commit" && $(git cat-file -t "$commit") == commit ]] ||
  refuse "What was fetched is not the commit of the change."
[[ $(git cat-file -t "$commit:$folder" 2>/dev/null) == tree ]] ||
  refuse "The folder $folder of the change is not there, or is no folder: put the files themselves there."

# With folders listed too (-t), a tree of countless empty ones ends as soon as one of countless files.
timeout 60 git ls-tree -r -t -z -l "$commit:$folder" 2>/dev/null | head -z -n $((max_files + 1)) | head -c "$max_bytes" >"$work/list" ||
  refuse "The folder $folder of the change holds more than $max_files files and folders, or what git cannot list."
entries=$(tr -cd '\0' <"$work/list" | wc -c)
((entries > 0)) || refuse "The folder $folder of the change is empty."
((entries <= max_files && $(wc -c <"$work/list") < max_bytes)) || refuse "The folder $folder of the change holds more than $max_files files and folders."

mkdir -p "$target/$folder"
total=0
plainly="use letters, digits and . _ - @ + alone."
plain='^[A-Za-z0-9_@+][A-Za-z0-9._@+ -]*$'
while IFS= read -r -d '' entry; do
  read -r mode type hash size <<<"${entry%%$'\t'*}"
  path=${entry#*$'\t'}
  shown=$(printf %q "${path:0:200}")
  [[ $path =~ ^[A-Za-z0-9._@+/\ -]+$ && ${#path} -le 1000 ]] || refuse "The name $folder/$shown of the change is not a plain one: $plainly"
  IFS=/ read -r -a parts <<<"$path/"
  hidden=0
  for part in "${parts[@]}"; do
    if [[ $part == .* && $part != . && $part != .. ]]; then hidden=1; continue; fi
    [[ $part =~ $plain && ${#part} -le 200 ]] ||
      refuse "The name $folder/$shown of the change is not a plain one: $plainly"
  done
  ((hidden)) && continue
  case $mode in
    040000) mkdir -p "$target/$folder/$path" ;;
    100644 | 100755)
      [[ $size =~ ^[0-9]+$ ]] && ((size <= max_bytes)) || refuse "The file $folder/$shown of the change is larger than $max_bytes bytes."
      (((total += size) <= max_total)) || refuse "The files of $folder in the change are larger than $max_total bytes together."
      (set -o noclobber && git cat-file blob "$hash" >"$target/$folder/$path")
      ;;
    *) refuse "$folder/$shown of the change is a link or a submodule ($type, mode $mode): put the files themselves there." ;;
  esac
done <"$work/list"
