# Completions of orgconn for fish.

function __orgconn_complete
    set -l typed (commandline -ct)
    # The quote of the word at the cursor may still be open. A word with variables in it has no one meaning.
    set -l word (string unescape -- "$typed"; or string unescape -- "$typed'"; or string unescape -- "$typed\"")
    or return
    set -l answer (COMPLETE=fish command orgconn -- (commandline -opc) "$word" 2>/dev/null)
    switch "$answer[1]"
        case words
            printf '%s\n' $answer[2..-1]
        case files
            set -l flag (string match -r -- '^-[^=]*=' "$typed")
            for path in (__fish_complete_path (string replace -- "$flag" '' "$typed"))
                echo "$flag$path"
            end
    end
end

complete -c orgconn -f -k -a '(__orgconn_complete)'
