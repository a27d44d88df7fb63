export default { scenario: { name: '' }, vu: { idInTest: 1, iterationInScenario: 0 } };
