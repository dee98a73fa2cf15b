# Completions of orgconn for bash.

_orgconn() {
    local kind IFS=$'\n'
    COMPREPLY=()
    {
        read -r kind || :
        read -r -d '' -a COMPREPLY || :
    } < <(COMPLETE=bash command orgconn -- "${COMP_LINE:0:COMP_POINT}" "$2" "$COMP_TYPE" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default 2>/dev/null
    fi
}

# Bash before 4.4 has no nosort.
complete -o nosort -F _orgconn orgconn 2>/dev/null || complete -F _orgconn orgconn
