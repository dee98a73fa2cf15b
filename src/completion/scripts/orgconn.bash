# Completions of orgconn for bash.

_orgconn() {
    local line kind=
    COMPREPLY=()
    # The program reads the line itself: in COMP_WORDS, names with spaces, quotes or colons are in pieces.
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("$line")
        fi
    done < <(command orgconn __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$COMP_TYPE" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default 2>/dev/null
    fi
}

# Bash before 4.4 has no nosort.
complete -o nosort -F _orgconn orgconn 2>/dev/null || complete -F _orgconn orgconn
