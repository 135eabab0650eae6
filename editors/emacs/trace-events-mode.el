;;; trace-events-mode.el --- Major mode for trace-events files  -*- lexical-binding: t -*-

;; Author: The tesc developers
;; Version: 0.1
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: GPL-2.0-or-later

;;; Commentary:

;; Highlighting and comments for trace-events files like QEMU's.  With Eglot,
;; `M-x eglot' starts tesc's language server, which checks them as you type:
;;
;;     (require 'trace-events-mode)
;;     (add-hook 'trace-events-mode-hook #'eglot-ensure)

;;; Code:

(defgroup trace-events nil
  "Declarations of trace events."
  :group 'languages)

(defcustom trace-events-server-command '("tesc" "lsp")
  "The language server's program and its arguments."
  :type '(repeat string))

(defconst trace-events--types
  (regexp-opt
   '("void" "bool" "char" "short" "int" "long" "signed" "unsigned" "const" "struct"
     "int8_t" "int16_t" "int32_t" "int64_t" "uint8_t" "uint16_t" "uint32_t" "uint64_t"
     "size_t" "ssize_t" "intptr_t" "uintptr_t" "ptrdiff_t")
   'symbols))

(defconst trace-events-font-lock-keywords
  `(("\\_<tesc:[ \t]*ignore\\(?:-file\\)?\\(?:\\[[^]\n]*\\]\\)?" 0 font-lock-warning-face prepend)
    ;; `disable' before an event is a property, before patterns a directive.
    ("^[ \t]*\\(\\(?:\\(?:disable\\|tcg\\|vcpu\\)[ \t]+\\)+\\)[[:alpha:]_][[:alnum:]_]*[ \t]*("
     1 font-lock-keyword-face)
    ("^[ \t]*\\(include\\|prefix\\|disable\\)[ \t]+[^( \t\n]+[ \t]*\\(?:$\\|[^( \t]\\)"
     1 font-lock-preprocessor-face)
    ("\"[ \t]+\\(prefix\\|base\\)\\_>" 1 font-lock-preprocessor-face)
    ("^[ \t]*\\(?:\\(?:disable\\|tcg\\|vcpu\\)[ \t]+\\)*\\([[:alpha:]_][[:alnum:]_]*\\)[ \t]*("
     1 font-lock-function-name-face)
    ("\\_<PRI[diouxX]\\(?:\\(?:LEAST\\|FAST\\)?\\(?:8\\|16\\|32\\|64\\)\\|MAX\\|PTR\\)\\_>"
     . font-lock-constant-face)
    ("%[-+ #0']*\\(?:\\*\\|[0-9]+\\)?\\(?:\\.\\(?:\\*\\|[0-9]*\\)\\)?\\(?:hh?\\|ll?\\|[jztLq]\\)?[[:alpha:]%\"]"
     0 font-lock-variable-name-face prepend)
    (,trace-events--types . font-lock-type-face))
  "What `trace-events-mode' highlights.")

(defvar trace-events-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    table)
  "Syntax table of `trace-events-mode'.")

(defun trace-events--comments-start-lines (start end)
  "Treat the # between START and END as text if something precedes it on the line."
  (goto-char start)
  (while (re-search-forward "^[ \t]*[^# \t\n][^#\n]*\\(#\\)" end t)
    (put-text-property (match-beginning 1) (match-end 1) 'syntax-table (string-to-syntax "."))
    (goto-char (match-end 1))
    (while (re-search-forward "#" (line-end-position) t)
      (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax ".")))))

;;;###autoload
(define-derived-mode trace-events-mode prog-mode "Trace-Events"
  "Major mode for trace-events files."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local syntax-propertize-function #'trace-events--comments-start-lines)
  (setq-local imenu-generic-expression
              '((nil "^[ \t]*\\(?:disable[ \t]+\\)*\\([[:alpha:]_][[:alnum:]_]*\\)[ \t]*(" 1)))
  (setq font-lock-defaults '(trace-events-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\(?:\\`\\|/\\|\\.\\)trace-events\\'" . trace-events-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons 'trace-events-mode (lambda (&rest _) trace-events-server-command))))

(provide 'trace-events-mode)
;;; trace-events-mode.el ends here
