;;; trace-events-ts-mode.el --- trace-events files by tree-sitter  -*- lexical-binding: t -*-

;; Author: The tesc developers
;; Version: 0.1
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: GPL-2.0-or-later

;;; Commentary:

;; `trace-events-mode' with highlighting and the list of events by the grammar in editors/tree-sitter.
;; Compile the grammar to libtree-sitter-trace-events.so, where Emacs looks for it:
;;
;;     (require 'trace-events-ts-mode)

;;; Code:

(require 'treesit)
(require 'trace-events-mode)

(defvar trace-events-ts-mode--rules
  (when (treesit-available-p)
    (treesit-font-lock-rules
     :language 'trace-events
     :feature 'comment
     '((comment) @font-lock-comment-face)
     :language 'trace-events
     :feature 'keyword
     '(["include" "prefix" "base"] @font-lock-preprocessor-face
       (disable "disable" @font-lock-preprocessor-face)
       [(property) (type_qualifier) (tag)] @font-lock-keyword-face)
     :language 'trace-events
     :feature 'definition
     '((event name: (identifier) @font-lock-function-name-face)
       (parameter name: (identifier) @font-lock-variable-name-face)
       (pattern) @font-lock-function-name-face)
     :language 'trace-events
     :feature 'type
     '([(primitive_type) (type_identifier)] @font-lock-type-face)
     :language 'trace-events
     :feature 'string
     '([(string) (path)] @font-lock-string-face)
     :language 'trace-events
     :feature 'escape
     :override t
     '([(conversion) (escape_sequence)] @font-lock-regexp-grouping-backslash)
     :language 'trace-events
     :feature 'constant
     '((macro) @font-lock-constant-face
       (integer) @font-lock-constant-face)
     :language 'trace-events
     :feature 'error
     :override t
     '((ERROR) @font-lock-warning-face)))
  "What `trace-events-ts-mode' highlights.")

(defun trace-events-ts-mode--name (node)
  "The name of the event NODE."
  (treesit-node-text (treesit-node-child-by-field-name node "name") t))

;;;###autoload
(define-derived-mode trace-events-ts-mode trace-events-mode "Trace-Events"
  "Major mode for trace-events files, by tree-sitter."
  (when (treesit-ready-p 'trace-events)
    (treesit-parser-create 'trace-events)
    (setq font-lock-defaults nil)
    (setq-local treesit-font-lock-settings trace-events-ts-mode--rules
                treesit-font-lock-feature-list
                '((comment definition) (keyword type string) (escape constant) (error))
                treesit-simple-imenu-settings
                '((nil "\\`event\\'" nil trace-events-ts-mode--name))
                treesit-defun-type-regexp "\\`event\\'")
    (treesit-major-mode-setup)))

(when (and (fboundp 'treesit-ready-p) (treesit-ready-p 'trace-events t))
  (add-to-list 'auto-mode-alist '("\\(?:\\`\\|/\\|\\.\\)trace-events\\'" . trace-events-ts-mode)))

(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs
               (cons 'trace-events-ts-mode (lambda (&rest _) trace-events-server-command))))

(provide 'trace-events-ts-mode)
;;; trace-events-ts-mode.el ends here
