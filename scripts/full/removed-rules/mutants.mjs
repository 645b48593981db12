import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../../setup/project.mjs';

/** No policy needs it, so that it stands for "no right" where an empty list would be refused for its form. */
const NO_RIGHT = "'sts:GetCallerIdentity'";

const PERMISSIONS = 'lib/private/perms.ts';

/**
 * Every rule, refusal and warning of the constructs and every action that they grant, each with the file as it would be
 * without it: { name, file, text }, and the action as its right.
 */
export function mutants() {
  const files = readdirSync(join(projectRoot, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(projectRoot, 'lib', name));
  return files.sort().flatMap(mutantsOf);
}

function mutantsOf(file) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const path = relative(projectRoot, file);
  const removed = (node, what, replacement) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const [start, end] = [node.getStart(), node.getEnd()];
    return { name: `${path}:${line} ${what}`, file, text: text.slice(0, start) + replacement + text.slice(end) };
  };
  const found = [];
  const visit = (node) => {
    if (path === PERMISSIONS && ts.isStringLiteral(node) && ts.isArrayLiteralExpression(node.parent)) {
      found.push({ ...removed(node, node.text, NO_RIGHT), right: node.text });
    } else if (isRule(node) || isProblem(node)) {
      found.push(removed(node, firstLine(node), '...[]'));
    } else if (ts.isThrowStatement(node)) {
      found.push(removed(node, firstLine(node), ';'));
    } else if (ts.isExpressionStatement(node) && /^(warn|.*\.(warn|addWarningV2|addErrorV2))\(/s.test(node.getText())) {
      found.push(removed(node, firstLine(node), ';'));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isRule(node) {
  const list = node.parent;
  const declaration = list?.parent;
  return (
    list !== undefined &&
    ts.isArrayLiteralExpression(list) &&
    ts.isVariableDeclaration(declaration) &&
    /\bRule</.test(declaration.type?.getText() ?? '')
  );
}

/** One kind of problem in a function that lists them all. */
function isProblem(node) {
  if (!ts.isSpreadElement(node)) return false;
  const named = ts.findAncestor(node, ts.isFunctionDeclaration)?.name?.text ?? '';
  return /problems/i.test(named) && ts.isReturnStatement(ts.findAncestor(node, ts.isArrayLiteralExpression).parent);
}

/** A rule is told by its message, anything else by its first words. */
function firstLine(node) {
  const text = node.getText();
  return (/message: .*?=>\s*(.*)/s.exec(text)?.[1] ?? text).split('\n')[0].slice(0, 100);
}
