# Sourced. Finds a JDK 25, exports JAVA_HOME, and leaves in LANEGRAD_JDK which one it took.
# It reads each JDK's `release` file: starting the JVM to ask would cost more than the rest of a script.

lanegrad_try_jdk() {
  local line
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line; do
    [[ $line =~ ^JAVA_VERSION=\"(25(\.[0-9.]*)?)\" ]] || continue
    export JAVA_HOME=$1 LANEGRAD_JDK="JDK ${BASH_REMATCH[1]} in $1"
    return 0
  done < "$1/release"
  return 1
}

lanegrad_find_jdk() {
  local home java
  if [[ -n ${JAVA_HOME:-} ]]; then lanegrad_try_jdk "$JAVA_HOME" && return; fi
  if java=$(type -P java); then
    while [[ -L $java ]]; do home=$(readlink "$java"); [[ $home == /* ]] || home=${java%/*}/$home; java=$home; done
    lanegrad_try_jdk "${java%/bin/java}" && return
  fi
  for home in /usr/lib/jvm/* /opt/* /Library/Java/JavaVirtualMachines/*/Contents/Home ~/.sdkman/candidates/java/25*; do
    lanegrad_try_jdk "$home" && return
  done
  [[ -x /usr/libexec/java_home ]] && lanegrad_try_jdk "$(/usr/libexec/java_home -v 25 2>/dev/null)"
}

lanegrad_find_jdk || {
  echo "lanegrad: no JDK 25 found: install one (for example Eclipse Temurin 25) or set JAVA_HOME to it" >&2
  exit 1
}

# Maven may be older than its JDK: the two flags keep the JVM from warning about Maven's own libraries.
lanegrad_mvn() {
  type -P mvn >/dev/null || { echo "lanegrad: no Maven found: install 3.8 or later, with mvn on PATH" >&2; return 1; }
  MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    mvn -B -ntp -f "$root/pom.xml" "$@" </dev/null
}
