# /etc/rc.subr as far as the scripts of tests need it: what rc.subr(8) documents, and no more.

rc_conf_files="/etc/defaults/rc.conf /etc/rc.conf /etc/rc.conf.local"

load_rc_config() {
  for _file in $rc_conf_files "/etc/rc.conf.d/$1"; do
    [ ! -r "$_file" ] || . "$_file"
  done
}

checkyesno() {
  eval _value=\$$1
  case $_value in
    [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee] | [Oo][Nn] | 1) return 0 ;;
    *) return 1 ;;
  esac
}

check_pidfile() { # FILE: prints the number of the process, if it runs
  [ -r "$1" ] || return 1
  read -r _pid < "$1" || return 1
  kill -0 "$_pid" 2>/dev/null && echo "$_pid"
}

wait_for_pids() {
  while kill -0 "$1" 2>/dev/null; do
    case $(ps -o stat= -p "$1") in Z*) return ;; esac
    sleep 0.05
  done
}

_rc_default() { # ACTION, when the script has no ACTION_cmd of its own
  rc_pid=$([ -z "${pidfile:-}" ] || check_pidfile "$pidfile") || true
  case $1 in
    start)
      if [ -n "$rc_pid" ]; then
        echo "$name already running? (pid=$rc_pid)."
        return 1
      fi
      echo "Starting $name."
      eval _flags=\${${name}_flags:-}
      $command $_flags ${command_args:-} ;;
    stop)
      [ -n "$rc_pid" ] || { echo "$name not running?"; return 1; }
      echo "Stopping $name."
      kill -"${sig_stop:-TERM}" "$rc_pid" && wait_for_pids "$rc_pid" ;;
    reload)
      [ -n "$rc_pid" ] || { echo "$name not running?"; return 1; }
      kill -"${sig_reload:-HUP}" "$rc_pid" ;;
    status)
      [ -n "$rc_pid" ] || { echo "$name is not running."; return 1; }
      echo "$name is running as pid $rc_pid." ;;
    restart) run_rc_command stop; run_rc_command start ;;
    *) echo "$0: unknown directive '$1'" >&2; return 1 ;;
  esac
}

run_rc_command() {
  _force= _once=
  _action=$1
  case $_action in
    force*) _action=${_action#force} _force=1 ;;
    one*) _action=${_action#one} _once=1 ;;
  esac
  if [ "$_action" = rcvar ]; then
    eval "echo ${rcvar}=\\\"\$$rcvar\\\""
    return 0
  fi
  if [ -n "${rcvar:-}" ] && [ -z "$_force$_once" ] && [ "$_action" != status ] &&
      ! checkyesno "$rcvar"; then
    echo "Cannot '$_action' $name. Set $rcvar to YES in /etc/rc.conf or use 'one$_action'."
    return 0
  fi
  eval _before=\${${_action}_precmd:-} _own=\${${_action}_cmd:-} _after=\${${_action}_postcmd:-}
  [ -z "$_before" ] || $_before || [ -n "$_force" ] || return 1
  if [ -n "$_own" ]; then $_own; else _rc_default "$_action"; fi || return 1
  [ -z "$_after" ] || $_after
}
