#compdef orgconn
# Completions of orgconn for zsh.

_orgconn() {
    # Within backquotes and here-documents, zsh does not quote what it inserts as they need it, and a name might run as
    # a command.
    [[ $PREBUFFER$LBUFFER == *\`* || $PREBUFFER$LBUFFER == *\<\<* ]] && return 1
    local -a lines values shown
    local line value description typed=${(Q)PREFIX}
    integer width=0 others=0
    lines=("${(@f)$(COMPLETE=zsh command orgconn -- "${(@Q)words[1,CURRENT-1]}" "$typed" 2>/dev/null)}")
    if [[ $lines[1] == files ]]; then
        compset -P '*='
        _files
        return
    fi
    shift lines
    for line in "${(@)lines}"; do
        value=${line%%$'\t'*}
        values+=("$value")
        (( ${(m)#value} > width )) && width=${(m)#value}
        [[ ${(L)value} == ${(L)typed}* ]] || others=1
    done
    for line in "${(@)lines}"; do
        value=${line%%$'\t'*} description=${line#*$'\t'}
        if [[ -n $description ]]; then
            shown+=("${(mr:width:)value}  -- $description")
        elif [[ $typed == --*=* ]]; then
            shown+=("${value#--*=}")
        else
            shown+=("$value")
        fi
    done
    # The program has matched already: -U also lets through what begins in another letter case.
    compadd -U -V orgconn -l -d shown -a -- values
    # Ids that stand for a name have nothing in common: the typed text stays until one of them is chosen.
    if (( others && $#values > 1 )); then
        compstate[insert]=menu compstate[list]='list force'
    fi
}

if [[ $funcstack[1] == _orgconn ]]; then
    _orgconn "$@"
else
    compdef _orgconn orgconn
fi
