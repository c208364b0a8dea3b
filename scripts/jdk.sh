# Sourced by the other scripts: exports JAVA_HOME of a JDK 25, or ends with a sentence saying what to install.

# Reads the `release` file, because starting each candidate costs more than the rest of the script.
is_jdk_25() {
  local line
  [ -n "$1" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in 'JAVA_VERSION="25'[\".+-]*) return 0 ;; esac
  done <"$1/release"
  return 1
}

java=$(command -v java || true)
java=$(readlink -f "$java" 2>/dev/null || echo "$java")
for JAVA_HOME in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* /opt/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/.sdkman/candidates/java/25*; do
  if is_jdk_25 "$JAVA_HOME"; then
    export JAVA_HOME
    # Maven's own libraries make JDK 25 print warnings over the build's output.
    export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
    return 0
  fi
done
echo 'JDK 25 not found: install one (for example Temurin 25), or point JAVA_HOME at it.' >&2
exit 1
