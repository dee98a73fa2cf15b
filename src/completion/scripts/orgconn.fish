# Completions of orgconn for fish.

function __orgconn_complete
    set -l typed (commandline -ct)
    set -l answer (command orgconn __complete fish (commandline -opc) "$typed" 2>/dev/null)
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

complete -c orgconn -f -a '(__orgconn_complete)'
